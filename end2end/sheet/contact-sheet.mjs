// Makes one page of all pictures in a folder: contact-sheet.mjs FOLDER
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHANGES } from './changes.mjs';

const KINDS = ['1280-light', '1280-dark', '1280-forced', '390-light', '390-dark'];
const HIGHEST = 1600;

const folder = process.argv[2];
if (!folder) throw new Error('usage: contact-sheet.mjs FOLDER');

/** What was drawn, by its number and name: the height of each kind of picture. */
const drawn = new Map();
for (const file of (await readdir(folder)).sort()) {
  const [, name, kind] = file.match(/^(\d{3}-.+)-(\d+-[a-z]+)\.png$/) ?? [];
  if (!KINDS.includes(kind)) continue;
  // The height stands in the head of the file.
  const height = (await readFile(join(folder, file))).readUInt32BE(20);
  drawn.set(name, { ...drawn.get(name), [kind]: height });
}
if (drawn.size === 0) throw new Error(`There are no pictures in ${folder}.`);

/** As in the names of files: see draw.ts. */
const slug = (what) => what.replace(/[^a-z0-9]+/gi, '-');
const changes = new Map(Object.entries(CHANGES).map(([what, change]) => [slug(what), change]));
const names = new Set([...drawn.keys()].map((name) => name.slice(4)));
const stray = [...changes.keys()].filter((name) => !names.has(name));
if (stray.length > 0) throw new Error(`Nothing is drawn that is called: ${stray.join(', ')}`);

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const cell = (name, kind, height) => {
  if (height === undefined) return '<td>none</td>';
  const high = kind.startsWith('1280') && height > HIGHEST ? ' class="high"' : '';
  const file = escaped(encodeURIComponent(`${name}-${kind}.png`));
  return `<td><a href="${file}"><img loading="lazy" src="${file}" alt=""></a><p${high}>${kind}, ${height} px</p></td>`;
};
const rows = [...drawn].map(([name, heights]) => {
  const title = escaped(name.slice(4).replaceAll('-', ' '));
  const change = changes.get(name.slice(4));
  const said = change ? `<p>${escaped(change)}</p>` : '<p class="high">Nobody has said what looking changed.</p>';
  return `<tr id="${escaped(name)}"><th>${title}${said}</th>${KINDS.map((kind) => cell(name, kind, heights[kind])).join('')}</tr>`;
});
const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Contact sheet</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 1rem; background: #888; }
  table { border-spacing: 8px; }
  th { text-align: start; vertical-align: top; width: 9rem; position: sticky; inset-inline-start: 0; background: #888; }
  td { vertical-align: top; }
  img { display: block; width: 20rem; max-height: 40rem; object-fit: cover; object-position: top; }
  td:nth-child(n+5) img { width: 10rem; }
  p { margin: 2px 0; font-size: 12px; font-weight: normal; }
  .high { color: #900; font-weight: bold; }
</style>
<table>${rows.join('\n')}</table></html>
`;
await writeFile(join(folder, 'index.html'), page);
const unsaid = [...names].filter((name) => !changes.has(name));
console.log(`${drawn.size} pages, dialogs and states: ${join(folder, 'index.html')}`);
if (unsaid.length > 0) console.log(`Nobody has said what looking changed of ${unsaid.length}: ${unsaid.join(', ')}`);
