/** An authenticator app: codes of the moment (RFC 6238) from a secret in base32. */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytes(base32) {
  const bits = [...base32].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/** `steps`: of 30 seconds, from now. */
export function codeOf(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", bytes(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Waits, where a code would change while it is being typed. */
export async function isEarlyInItsStep() {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 15_000) await pause(left);
}
