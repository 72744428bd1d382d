import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Model } from "@/api/types";
import { useMe } from "@/components/me";
import { chooseModel, currentOf, modelToAsk } from "./choice";

const small: Model = { id: "small", provider: "p", default: true };
const large: Model = { id: "large", provider: "p" };

beforeEach(() => {
  useMe.setState({ models: [small, large] });
  chooseModel("small");
});

test("the default needs no name, any other is asked for by its own", () => {
  assert.equal(modelToAsk(), undefined);
  chooseModel("large");
  assert.equal(modelToAsk(), "large");
});

test("a model that is gone is asked for no more", () => {
  chooseModel("large");
  useMe.setState({ models: [small] });
  assert.equal(modelToAsk(), undefined);
  assert.equal(currentOf([small], "large"), small);
});

test("before the list is known nothing is asked for", () => {
  useMe.setState({ models: [] });
  chooseModel("large");
  assert.equal(modelToAsk(), undefined);
});
