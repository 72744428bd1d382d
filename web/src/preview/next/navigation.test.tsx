import assert from "node:assert/strict";
import { test } from "node:test";
import { renderToStaticMarkup } from "react-dom/server";
import { isDetour } from "./detour";
import Image from "./image";
import Link from "./link";
import { notFound, redirect, usePathname, useRouter, useSearchParams } from "./navigation";
import { here, isWatched, placeOf, watch } from "./place";

const router = useRouter();
const thrownBy = (throws: () => never) => {
  try {
    return throws();
  } catch (error) {
    return error;
  }
};

test("the router goes through places in memory, and back", () => {
  let told = 0;
  const unwatch = watch(() => told++);
  assert.ok(isWatched());
  router.push("/rivers?long=1#top");
  router.push("../lakes");
  assert.deepEqual(here(), { pathname: "/lakes", search: "" });
  router.back();
  assert.deepEqual(here(), { pathname: "/rivers", search: "?long=1" });
  router.forward();
  router.forward();
  router.replace("?deep=1");
  assert.deepEqual(here(), { pathname: "/lakes", search: "?deep=1" });
  unwatch();
  assert.deepEqual([told, isWatched()], [5, false]);
});

test("what is elsewhere is no place, nor is a part of this page", () => {
  for (const address of ["https://example.org/", "//example.org/x", "mailto:a@example.org", "javascript:1", "#part", "http://["]) {
    assert.equal(placeOf(address), null, address);
    router.push(address);
  }
  assert.equal(here().pathname, "/lakes");
});

test("components read the place", () => {
  const Reader = () => `${usePathname()} ${useSearchParams().get("deep")}`;
  assert.equal(renderToStaticMarkup(<Reader />), "/lakes 1");
});

test("a redirect goes there when it is taken, and what is not found says so", () => {
  const error = thrownBy(() => redirect("/hills"));
  assert.ok(isDetour(error) && error.digest === "NEXT_REDIRECT;replace;/hills;307;");
  assert.equal(here().pathname, "/lakes");
  error.take!();
  assert.equal(here().pathname, "/hills");
  const missing = thrownBy(notFound);
  assert.ok(isDetour(missing) && missing.take === undefined);
  assert.ok(!isDetour(new Error("NEXT_REDIRECT")));
});

test("a link is an anchor, and nothing that only Next understands is left of it", () => {
  assert.equal(renderToStaticMarkup(<Link href={{ pathname: "/a", query: { b: 1 } }} prefetch={false} replace className="c">d</Link>), '<a class="c" href="/a?b=1">d</a>');
});

test("of a picture that is not at hand its text is shown", () => {
  assert.equal(renderToStaticMarkup(<Image src={{ src: "data:image/gif;base64,x" }} alt="dot" width={2} height={3} priority />), '<img width="2" height="3" src="data:image/gif;base64,x" alt="dot"/>');
  const missing = renderToStaticMarkup(<Image src="https://example.org/x.png" alt="A river" fill />);
  assert.match(missing, /^<span role="img" aria-label="A river" class="[^"]+" style="position:absolute;inset:0;[^"]+">A river<\/span>$/);
  assert.doesNotMatch(missing, /example/);
});
