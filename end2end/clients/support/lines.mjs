/** The lines that a pipeline's page gives to copy, and what a CI makes of those that are YAML. */
import assert from 'node:assert/strict';

/** @typedef {(id: string) => string} Lines By the id of their block. */

/**
 * The lines on the page of a pipeline, which has those of one client at a time.
 * @param {import('./server.mjs').Instance} instance
 * @param {string} pipeline its id
 * @returns {Promise<Lines>}
 */
export async function linesOf({ person }, pipeline) {
  const page = `/p/acme/pipelines/${pipeline}/connect`;
  const words = [...(await person.page(page)).matchAll(/[?]client=([a-z0-9-]+)"/g)].map(([, word]) => word);
  assert.ok(words.length > 10, 'the page offers the clients');
  const pages = await Promise.all(words.map((word) => person.page(`${page}?client=${word}`)));
  const html = pages.join('\n');
  return (id) => {
    const [, text] = html.match(new RegExp(`<pre[^>]*\\bid="${id}"[^>]*>([^]*?)</pre>`)) ?? [];
    assert.ok(text, `the page has the lines ${id}`);
    return plain(text);
  };
}

/**
 * The text that a browser shows, and copies.
 * @param {string} html without elements
 */
function plain(html) {
  const named = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return html
    .replace(/<!--[^]*?-->|<!>/g, '')
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|quot|amp));/gi, (_, decimal, hex, name) =>
      name
        ? named[/** @type {keyof typeof named} */ (name.toLowerCase())]
        : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16)),
    );
}

/**
 * The text that YAML reads behind the line that is `key` but for its margin: a block scalar.
 * @param {string} yaml
 * @param {string} key such as `run: |`
 */
export function scalar(yaml, key) {
  const all = yaml.split('\n');
  const start = all.findIndex((line) => line.trim() === key);
  assert.ok(start >= 0, `a line is ${key}`);
  const after = all.slice(start + 1);
  const margin = /** @type {string} */ ((after[0] ?? '').match(/^ */)?.[0]);
  const end = after.findIndex((line) => line !== '' && !line.startsWith(margin));
  const text = after.slice(0, end < 0 ? undefined : end);
  return text.map((line) => line.slice(margin.length)).join('\n');
}

/**
 * The entries of a file by their registry, which is written with its usual port, without, or both.
 * @param {Record<string, unknown>} auths
 */
export function byRegistry(auths) {
  return Object.fromEntries(Object.entries(auths).map(([key, value]) => [key.replace(/:443(?=\/|$)/, ''), value]));
}

/**
 * What a job of the CI runs in one shell, after what the CI itself does to it.
 * @type {Record<string, (yaml: string) => string>}
 */
export const SCRIPTS = {
  'github': (yaml) => scalar(yaml, 'run: |'),
  'gitlab': (yaml) => `${scalar(yaml, '- |')}\n${lastItem(yaml)}`,
  'woodpecker-step': (yaml) => `${scalar(yaml, '- |')}\n${lastItem(yaml)}`,
  'circleci': (yaml) => scalar(yaml, 'command: |'),
  // The upload of a pipeline makes one of two.
  'buildkite': (yaml) => scalar(yaml, 'command: |').replaceAll('$$', '$'),
  'azure': (yaml) => scalar(yaml, '- bash: |'),
  'tekton': (yaml) => scalar(yaml, 'script: |'),
  // Groovy reads escapes between three single quotes, too.
  'jenkins': (groovy) => {
    const [, text] = groovy.match(/'''([^]*)'''/) ?? [];
    assert.ok(text);
    return text.replace(/\\([^])/g, (_, escaped) => ({ 'n': '\n', '\n': '' })[escaped] ?? escaped);
  },
};

/** @param {string} yaml whose last line is the last item of a list */
function lastItem(yaml) {
  return (yaml.trimEnd().split('\n').at(-1) ?? '').trim().replace(/^- /, '');
}
