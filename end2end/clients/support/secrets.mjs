/** Secrets made for one run, each of which can be recognised where it may not be. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

/** @type {Set<string>} */
const made = new Set();

/** A new password or token. */
export function secret(prefix = 'canary') {
  const value = `${prefix}-${randomBytes(12).toString('hex')}`;
  made.add(value);
  return value;
}

/**
 * None of them is in the text, as it is or the way addresses and headers write it.
 * @param {string} text
 */
export function assertNoSecret(text) {
  for (const value of made) {
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]) {
      assert.ok(!text.includes(form), 'a secret is in the text');
    }
  }
}

/**
 * A name that nothing else has.
 * @param {string} word
 */
export function unique(word) {
  return `${word}-${randomBytes(4).toString('hex')}`;
}
