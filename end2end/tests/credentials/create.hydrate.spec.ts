import type { Request } from '@playwright/test';
import { hold, holdScripts, isModal } from '../../support/awake.ts';
import { openNew, send, expectSaid } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { keyFile, secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('while typing, the form shows what will be stored and what it matches', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  const preview = dialog.getByRole('status');
  await fillIn(dialog, { 'Registry URL': 'https://GHCR.io/acme/' });
  await expect(preview.first()).toContainText('Stored as ghcr.io');
  await expect(preview.first()).toContainText('ghcr.io/…');
  await expect(preview.first()).toContainText('The path acme becomes the repository path');
  await expect(dialog.getByRole('definition').first()).toHaveText('GitHub Container Registry');
  await expect(preview.first()).toContainText('Only classic tokens work');

  await fillIn(dialog, { 'Registry URL': 'hub.docker.com' });
  await expect(preview.first()).toContainText('use docker.io');
  await expect(dialog.getByRole('definition')).toHaveCount(0);

  await fillIn(dialog, { 'Registry URL': 'index.docker.io' });
  await expect(preview.first()).toContainText('images named without a host');
  await fillIn(dialog, { 'Registry URL': '' });
  await expect(preview.first()).toBeEmpty();
});

test('what was wrong with a field is gone once it is changed', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await send(dialog);
  await expectWrong(dialog, 'Registry URL', 'The registry host is missing.');
  await expectWrong(dialog, 'Username', 'Enter the username.');
  await expect(dialog.getByText('Enter it again.')).toHaveCount(0);
  // Also if the scripts of the page did not run yet.
  await fillIn(dialog, { 'Registry URL': 'ghcr.io' });
  await expect(dialog.getByText('The registry host is missing.')).toHaveCount(0);
  await expect(dialog.getByLabel('Registry URL', { exact: true })).not.toHaveAttribute('aria-invalid');
  await expectWrong(dialog, 'Username', 'Enter the username.');
});

test('the mark of an insecure registry changes which host port 80 is', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  const preview = dialog.getByRole('status');
  await fillIn(dialog, { 'Registry URL': 'harbor.example.com:80' });
  await expect(preview.first()).toContainText('Stored as harbor.example.com:80');
  await dialog.getByText('More options').click();
  await dialog.getByLabel('Insecure registry').check();
  await expect(preview.first()).toContainText('The port was dropped');
  await expect(preview.first()).toContainText('harbor.example.com/… and harbor.example.com:80/…');
  await dialog.getByLabel('Insecure registry').uncheck();
  await expect(preview.first()).not.toContainText('The port was dropped');
});

test('a username that the registry fixes is filled in, and one that was typed is kept', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Registry URL': '123456789012.dkr.ecr.eu-west-1.amazonaws.com' });
  await expectValues(dialog, { Username: 'AWS' });
  await fillIn(dialog, { 'Registry URL': 'nvcr.io' });
  await expectValues(dialog, { Username: '$oauthtoken' });
  await fillIn(dialog, { 'Registry URL': 'ghcr.io' });
  await expectValues(dialog, { Username: '' });

  await fillIn(dialog, { 'Username': 'acme-bot', 'Registry URL': 'nvcr.io' });
  await expect(dialog.getByRole('definition').first()).toHaveText('NVIDIA NGC');
  await expectValues(dialog, { Username: 'acme-bot' });
});

test('only the answer about the last address counts', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  // The first answer is held back until the second one is there.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const isFirst = (request: Request) =>
    request.url().endsWith('/rpc/registry/recognise') && (request.postData() ?? '').includes('nvcr.io');
  await page.route('**/rpc/registry/recognise', async (route) => {
    if (isFirst(route.request())) await held;
    await route.continue();
  });
  const asked = page.waitForRequest(isFirst);
  await fillIn(dialog, { 'Registry URL': 'nvcr.io' });
  await asked;
  await fillIn(dialog, { 'Registry URL': 'ghcr.io' });
  const kind = dialog.getByRole('definition').first();
  await expect(kind).toHaveText('GitHub Container Registry');
  const late = page.waitForResponse((response) => isFirst(response.request()));
  release();
  await (await late).finished();
  // What is asked now is answered after the page has read the late answer.
  await page.evaluate(async () => (await fetch('/favicon.svg')).text());
  await expect(kind).toHaveText('GitHub Container Registry');
  await expectValues(dialog, { 'Registry URL': 'ghcr.io', 'Username': '' });
});

test('what is filled in late, where the person stands already, is replaced by what they type', async ({ page, instance }) => {
  for (const [label, filled] of [['Username', '$oauthtoken'], ['Name', 'nvidia-pull']] as const) {
    const dialog = await openNew(page, instance);
    await isModal(page);
    const release = await hold(page, '**/rpc/registry/recognise');
    const asked = page.waitForRequest('**/rpc/registry/recognise');
    await fillIn(dialog, { 'Registry URL': 'nvcr.io' });
    await asked;
    await dialog.getByLabel(label, { exact: true }).focus();
    release();
    await expectValues(dialog, { [label]: filled });
    await page.keyboard.type('acme-bot');
    await expectValues(dialog, { [label]: 'acme-bot' });
    await page.unroute('**/rpc/registry/recognise');
  }
});

test('a preset fills in the form as it stands, and nothing typed is lost', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  let loads = 0;
  page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
  const preset = (name: string) => dialog.getByRole('link', { name, exact: true });
  const kind = dialog.getByRole('definition').first();
  const typed = { 'Name': unique('kept'), 'Description': 'Typed before', 'Password': secret() };
  await fillIn(dialog, typed);

  await preset('Quay').click();
  await expect(kind).toHaveText('Quay');
  await expectValues(dialog, { ...typed, 'Registry URL': 'quay.io' });
  await expect(preset('Quay')).toHaveAttribute('aria-current', 'true');
  await expect(page).toHaveURL(/\/new\?preset=quay$/);

  // What a preset filled in makes room for the next one; what was typed does not.
  await preset('Amazon ECR').click();
  await expect(kind).toHaveText('Amazon ECR');
  await expectValues(dialog, { ...typed, 'Registry URL': '', 'Username': 'AWS' });
  await expect(preset('Quay')).not.toHaveAttribute('aria-current', 'true');
  await fillIn(dialog, { 'Registry URL': 'harbor.example.org', 'Username': 'robot' });
  await expect(kind).toHaveText('Harbor');
  await preset('Self-hosted registry').click();
  await expectValues(dialog, { ...typed, 'Registry URL': 'harbor.example.org', 'Username': 'robot' });
  await preset('Google Artifact Registry, gcr.io').click();
  await expectValues(dialog, { 'Name': typed.Name, 'Authentication method': 'gcp_service_account_key' });
  expect(loads).toBe(0);
});

test('a key file says whose it is, and the key is not shown', async ({ page, instance }) => {
  const [name, key] = [unique('read'), keyFile()];
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'gcr.io', 'Authentication method': 'GCP service account key' });
  const upload = dialog.getByLabel('Upload .json key file');
  const choose = (content: string) =>
    upload.setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await choose('{}');
  await expect(dialog.getByText('This does not look like a service account key.')).toBeVisible();
  await choose(JSON.stringify(key, null, 2));
  for (const shown of [key.client_email!, key.project_id!, key.private_key_id!]) {
    await expect(dialog.getByText(shown)).toBeVisible();
  }
  await expectValues(dialog, { 'Service account key (JSON)': '' });
  await send(dialog);
  await expectSaid(page, `${name} was created for gcr.io.`);
});

test('a name is offered from the registry and the access until one is typed', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  await fillIn(dialog, { 'Registry URL': 'ghcr.io' });
  await expectValues(dialog, { Name: 'ghcr-pull' });
  await fillIn(dialog, { Access: 'Pull and push' });
  await expectValues(dialog, { Name: 'ghcr-push' });
  await fillIn(dialog, { 'Registry URL': 'quay.io' });
  await expectValues(dialog, { Name: 'quay-push' });
  // A blank is theirs, too.
  await fillIn(dialog, { 'Name': '', 'Registry URL': 'docker.io' });
  await expect(dialog.getByRole('definition').first()).toHaveText('Docker Hub');
  await expectValues(dialog, { Name: '' });
});

test('the advice stands at the fields, with the way to where the secret is made', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await expect(dialog.getByRole('link', { name: /^How to create this secret/ })).toBeHidden();
  await fillIn(dialog, { 'Registry URL': 'ghcr.io' });
  await expect(dialog.getByLabel('Username', { exact: true })).toHaveAccessibleDescription(/Your GitHub username/);
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/personal access token \(classic\)/);
  const guide = dialog.getByRole('link', { name: /^How to create this secret/ });
  await expect(guide).toHaveAttribute('href', '/help/registries/ghcr');
});

test('a file that is too large for a key file is refused before it is sent', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Authentication method': 'GCP service account key' });
  const buffer = Buffer.alloc(100_000, 'x');
  await dialog.getByLabel('Upload .json key file').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer });
  await expect(dialog.getByText('This file is too large for a service account key.')).toBeVisible();
});

test('without an address the form is not sent, and the key file stays chosen', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  await fillIn(dialog, { 'Name': unique('key'), 'Authentication method': 'GCP service account key' });
  const upload = dialog.getByLabel('Upload .json key file');
  const buffer = Buffer.from(JSON.stringify(keyFile()));
  await upload.setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer });
  await send(dialog);
  await expectWrong(dialog, 'Registry URL', 'The key file stays chosen.');
  expect(await upload.evaluate((input: HTMLInputElement) => input.files!.length)).toBe(1);
});

test('the fields are those of the chosen method', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await expect(dialog.getByLabel('Username', { exact: true })).toBeVisible();
  await expect(dialog.getByLabel('Service account key (JSON)')).toBeHidden();
  await fillIn(dialog, { 'Authentication method': 'GCP service account key' });
  await expect(dialog.getByLabel('Username', { exact: true })).toBeHidden();
  await expect(dialog.getByLabel('Service account key (JSON)')).toBeVisible();
});

test('what was typed and chosen before the scripts ran counts once they run', async ({ page, instance }) => {
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials/new`, { waitUntil: 'domcontentloaded' });
  const dialog = page.getByRole('dialog', { name: 'Add Registry' });
  await fillIn(dialog, { 'Registry URL': 'nvcr.io', 'Access': 'Pull and push' });
  release();
  await expect(dialog.getByRole('definition').first()).toHaveText('NVIDIA NGC');
  await expectValues(dialog, { 'Registry URL': 'nvcr.io', 'Username': '$oauthtoken', 'Name': 'nvidia-push' });
});

test('a key file that was chosen before the scripts ran is told of', async ({ page, instance }) => {
  const key = keyFile();
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials/new?preset=google`, { waitUntil: 'domcontentloaded' });
  const dialog = page.getByRole('dialog', { name: 'Add Registry' });
  const buffer = Buffer.from(JSON.stringify(key));
  await dialog.getByLabel('Upload .json key file').setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer });
  release();
  await expect(dialog.getByText(key.client_email!)).toBeVisible();
});
