import { addCredential, expectSaid, openEdit, openNew, openRow, pathOf, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, signInFor } from '../../support/pipelines.ts';
import { keyFile, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const METHOD = { 'Authentication method': 'GCP service account key' };
const PASTE = 'Service account key (JSON)';
const UPLOAD = 'Upload .json key file';

const json = (value: unknown) => JSON.stringify(value, null, 2);
const without = (field: string) => json({ ...keyFile(), [field]: undefined });

/** Files that people give instead of the key file, each with what it is taken for. */
const WRONG: [what: string, content: () => string | Buffer, sentence: RegExp][] = [
  ['an OAuth client', () => json({ installed: { client_id: 'acme', client_secret: 'acme' } }), /looks like an OAuth client/],
  ['the sign-in of a person', () => json({ type: 'authorized_user', refresh_token: 'acme' }), /authorized_user/],
  ['a workload identity configuration', () => json({ type: 'external_account' }), /external_account/],
  ['a docker config.json', () => json({ auths: {} }), /looks like a docker config\.json/],
  ['only the private key', () => keyFile().private_key!, /only the private key/],
  ['the base64 of the key file', () => Buffer.from(json(keyFile())).toString('base64'), /looks like the base64 of a key file/],
  ['half of the key file', () => json(keyFile()).slice(0, 400), /stops before its end/],
  ['something else', () => 'user: acme', /not a JSON file/],
  ['a file without its email', () => without('client_email'), /has no client_email/],
  ['a file without its private key', () => without('private_key'), /has no private_key\./],
  ['a file with another private key', () => json({ ...keyFile(), private_key: 'secret' }), /is not a PEM key/],
];

for (const [what, content, sentence] of WRONG) {
  test(`${what}, pasted, is named for what it is`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    const typed = { 'Name': unique('wrong'), 'Registry URL': 'gcr.io' };
    await fillIn(dialog, { ...typed, ...METHOD, [PASTE]: content().toString() });
    await send(dialog);
    await expectWrong(dialog, PASTE, sentence);
    await expectValues(dialog, { ...typed, 'Authentication method': 'gcp_service_account_key', [PASTE]: '' });
  });

  test(`${what}, uploaded, is named for what it is`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    const name = unique('wrong');
    await fillIn(dialog, { 'Name': name, 'Registry URL': 'gcr.io', ...METHOD });
    await dialog.getByLabel(UPLOAD).setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(content()) });
    await send(dialog);
    await expect(dialog.getByText(sentence)).toBeVisible();
    await expectValues(dialog, { Name: name });
  });
}

for (const [what, buffer, sentence] of [
  ['A .p12 key', Buffer.from([0x30, 0x82, 0x09, 0x41, 0x02, 0x01, 0x03, 0xff, 0xfe]), /looks like a \.p12 key/],
  ['A file of 10 MB', Buffer.alloc(10 * 1024 * 1024, 'x'), /too large for a service account key \(about 2 KB\)/],
] as const) {
  test(`${what} is refused at the upload, and nothing typed is lost`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    const typed = { 'Name': unique('upload'), 'Description': 'Kept', 'Registry URL': 'gcr.io' };
    await fillIn(dialog, { ...typed, ...METHOD });
    await dialog.getByLabel(UPLOAD).setInputFiles({ name: 'key.json', mimeType: 'application/octet-stream', buffer });
    await send(dialog);
    await expectWrong(dialog, UPLOAD, sentence);
    await expectValues(dialog, { ...typed, 'Authentication method': 'gcp_service_account_key' });
  });
}

test('a missing key is asked for', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': unique('none'), 'Registry URL': 'gcr.io', ...METHOD });
  await send(dialog);
  await expectWrong(dialog, PASTE, /Paste the service account key, or upload its \.json file/);
});

test('a pasted key is stored; its email, project and key id are shown, and the key is not', async ({ page, instance }) => {
  const [name, key] = [unique('pasted'), keyFile()];
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'europe-docker.pkg.dev', ...METHOD, [PASTE]: json(key) });
  await send(dialog);
  await expectSaid(page, `${name} was created for europe-docker.pkg.dev.`);
  await page.goto(await pathOf(page, instance, name));
  await expect(page.getByText('_json_key', { exact: true }).first()).toBeVisible();
  const edit = await openEdit(page, instance, name);
  for (const shown of [key.client_email!, key.project_id!, key.private_key_id!]) {
    await expect(edit.getByText(shown, { exact: true })).toBeVisible();
  }
  await expectValues(edit, { [PASTE]: '' });
  expect(await page.content()).not.toContain('PRIVATE KEY');
});

for (const [how, ending] of [['as Google writes it', '\n'], ['with the line ends of Windows', '\r\n']] as const) {
  test(`an uploaded key ${how} is delivered byte for byte`, async ({ page, instance }) => {
    const name = unique('uploaded');
    const content = (json(keyFile()) + '\n').replaceAll('\n', ending);
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { 'Name': name, 'Registry URL': 'us.gcr.io', ...METHOD });
    await dialog.getByLabel(UPLOAD).setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(content) });
    await send(dialog);
    await expectSaid(page, `${name} was created for us.gcr.io.`);
    const token = await addPipeline(page, instance, { name: unique('key'), credentials: [name] });
    const config = await (await fetchConfig(instance, token)).json();
    expect(signInFor(config, 'us.gcr.io')).toEqual(['_json_key', content]);
  });
}

test('the same key can be kept for other Google hosts while it is at hand', async ({ page, instance }) => {
  const name = unique('hosts');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'gcr.io', ...METHOD, [PASTE]: json(keyFile()) });
  await dialog.getByText('The same key for other Google hosts').click();
  const others = dialog.getByRole('group', { name: 'Also create this credential for other Google hosts' });
  await others.getByLabel('us.gcr.io').check();
  await others.getByLabel('asia.gcr.io').check();
  await send(dialog);
  const copies = ['us.gcr.io', 'asia.gcr.io'].map((host) => [`${name} (${host})`, host] as const);
  for (const [copy] of copies) await expectSaid(page, `${copy} was created with the same key.`);
  for (const [which, host] of [[name, 'gcr.io'] as const, ...copies]) {
    await expect((await openRow(page, instance, which)).getByText(host, { exact: true })).toBeVisible();
  }
});

test('a copy of the key that another credential stands in for says so', async ({ page, instance }) => {
  const [name, twin] = [unique('copied'), unique('twin')];
  const paths = `acme/${name}`;
  await addCredential(page, instance, { name: twin, registry_url: 'eu.gcr.io', paths });
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'gcr.io', ...METHOD, [PASTE]: json(keyFile()), 'Repository path (Optional)': paths });
  await dialog.getByText('The same key for other Google hosts').click();
  await dialog.getByLabel('eu.gcr.io').check();
  await send(dialog);
  await expectSaid(page, `${twin} is for the same registry, repository path and access as ${name} (eu.gcr.io). A pipeline with both receives neither.`);
});

test('the other Google hosts stay chosen when the form comes back', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': unique('again'), 'Registry URL': 'gcr.io', ...METHOD });
  await dialog.getByText('The same key for other Google hosts').click();
  await dialog.getByLabel('eu.gcr.io').check();
  await send(dialog);
  await expectWrong(dialog, PASTE, /Paste the service account key/);
  await expect(dialog.getByLabel('eu.gcr.io')).toBeChecked();
});
