import type { Locator } from '@playwright/test';
import { addCredential, openNew, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

/** A form in which every field was used, so that a loss would show. */
const typed = () => ({
  'Name': unique('refused'),
  'Description': 'First line\nSecond & <last> line',
  'Registry URL': 'registry.example.com',
  'Access': 'Pull and push',
  'Repository path (Optional)': 'acme, acme/api',
  'Expires on (Optional)': '2099-01-31',
  'Email (Optional)': 'ops@example.com',
  'Owner': 'Dana Kim',
  'Environment': 'production',
  'Labels': 'shop, nightly',
  'Review date': '2098-01-31',
  'Rotate every (days)': '90',
  'Username': 'acme-bot',
});

/** Sends the form with these values instead; nothing typed may be lost but the secret. */
async function expectRefused(dialog: Locator, changes: Record<string, string>, label: string, sentence: string | RegExp) {
  const values: Record<string, string> = { ...typed(), ...changes };
  await dialog.getByText('More options').click();
  await fillIn(dialog, { ...values, Password: values['Password'] ?? secret() });
  await dialog.getByLabel('Protected').check();
  await send(dialog);
  await expect(dialog.getByRole('alert')).toContainText('Nothing was saved');
  await expectWrong(dialog, label, sentence);
  const kept = { ...values, Access: 'pull_push', Password: '' };
  await expectValues(dialog, kept);
  await expect(dialog.getByLabel('Protected')).toBeChecked();
}

for (const [typedUrl, sentence] of [
  ['ftp://registry.example.com', /reached over https or http/],
  ['javascript://registry.example.com', /reached over https or http/],
  ['https://dana:hunter2@registry.example.com', /a username or a password before an @/],
  ['registry.example .com', /contains a space or a line break/],
  ['*.example.com', /cannot contain a \*/],
  ['gһcr.io', /mixes alphabets/],
  ['registry', /a single word, not a host/],
  ['hub.docker.com', /the website of Docker Hub, not its registry: use docker\.io/],
  ['https://hub.docker.com/r/acme/api', /use docker\.io/],
  ['registry.example.com:99999', /The port is not a number from 1 to 65535/],
  ['registry.example.com/v2/?tab=tags', /a \? or a #/],
  ['127.1', /an IP address in an unusual form/],
  ['<name>.azurecr.io', /a placeholder or a variable/],
  ['', /The registry host is missing/],
] as const) {
  test(`the address ${JSON.stringify(typedUrl)} is refused with the reason`, async ({ page, instance }) => {
    await expectRefused(await openNew(page, instance), { 'Registry URL': typedUrl }, 'Registry URL', sentence);
  });
}

test('what is wrong with an address is said once, at its field', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await expectRefused(dialog, { 'Registry URL': 'hub.docker.com' }, 'Registry URL', /use docker\.io/);
  await expect(dialog.getByText('use docker.io')).toHaveCount(1);
});

for (const [label, value, sentence] of [
  ['Name', ' ', /Give the credential a name/],
  ['Username', '', /Enter the username/],
  ['Username', 'acme:bot', /cannot contain a colon/],
  ['Password', '', /Enter the password or token/],
  ['Email (Optional)', 'nobody', /Enter an email address/],
  ['Repository path (Optional)', 'Acme', /capital letters/],
  ['Repository path (Optional)', 'acme/*', /Remove the \*/],
  ['Rotate every (days)', '0', /from 1 to 3650/],
] as const) {
  test(`${label}: ${JSON.stringify(value)} is refused with the reason`, async ({ page, instance }) => {
    await expectRefused(await openNew(page, instance), { [label]: value }, label, sentence);
  });
}

for (const [label, sentence] of [
  ['Name', 'Use at most 100 characters; this has 100000.'],
  ['Description', 'Use at most 1000 characters; this has 100000.'],
  ['Registry URL', /too long for a registry/],
  ['Repository path (Optional)', /longer than 255 characters/],
  ['Owner', 'Use at most 255 characters; this has 100000.'],
  ['Environment', 'Use at most 255 characters; this has 100000.'],
  ['Labels', /Use at most/],
  ['Username', 'Use at most 255 characters; this has 100000.'],
  ['Password', /at most 64 KiB/],
] as const) {
  test(`100,000 characters in ${label} are refused with the reason`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    await expectRefused(dialog, { [label]: 'x'.repeat(100_000) }, label, sentence);
  });
}

test('a name is taken in every case and form', async ({ page, instance }) => {
  const name = unique('taken-ß');
  await addCredential(page, instance, { name });
  const dialog = await openNew(page, instance);
  await expectRefused(dialog, { Name: name.toUpperCase() }, 'Name', /Another credential in this project has this name/);
});

test('every field that is wrong says so at once, and the first has the focus', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Registry URL': 'hub.docker.com', 'Username': 'a:b' });
  await send(dialog);
  await expectWrong(dialog, 'Name', /Give the credential a name/);
  await expectWrong(dialog, 'Registry URL', /use docker\.io/);
  await expectWrong(dialog, 'Username', /colon/);
  await expectWrong(dialog, 'Password', /Enter the password or token/);
  await expect(dialog.getByLabel('Registry URL', { exact: true })).toBeFocused();
});

test('what was typed comes back once, and to nobody else', async ({ page, stranger, instance }) => {
  const dialog = await openNew(page, instance);
  const name = unique('draft');
  await fillIn(dialog, { Name: name, 'Registry URL': 'hub.docker.com' });
  await send(dialog);
  await expect(page).toHaveURL(/back=/);
  await expectValues(dialog, { Name: name });
  expect(page.url()).not.toContain(name);
  await stranger.goto(page.url());
  await expect(stranger).toHaveURL(/\/sign-in/);
  await page.reload();
  await expectValues(dialog, { Name: '' });
});
