import { addCredential, expectSaid, openNew, openRow, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const PRESETS = [
  { preset: 'Docker Hub', kind: 'Docker Hub', url: 'docker.io', username: '' },
  { preset: 'GitHub Container Registry', kind: 'GitHub Container Registry', url: 'ghcr.io', username: '' },
  { preset: 'GitLab Container Registry', kind: 'GitLab Container Registry', url: 'registry.gitlab.com', username: '' },
  { preset: 'Amazon ECR', kind: 'Amazon ECR', url: '', username: 'AWS' },
  { preset: 'Azure Container Registry', kind: 'Azure Container Registry', url: '', username: '' },
  { preset: 'Quay', kind: 'Quay', url: 'quay.io', username: '' },
  { preset: 'Harbor', kind: 'Harbor', url: '', username: '' },
  { preset: 'Self-hosted registry', kind: 'Self-hosted registry', url: '', username: '' },
];

test('the dialog opens from the list', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('link', { name: 'Add Registry' }).first().click();
  await expect(page).toHaveURL(`${instance.project}/credentials/new`);
  await expect(page.getByRole('dialog', { name: 'Add Registry' })).toBeVisible();
});

for (const { preset, kind, url, username } of PRESETS) {
  test(`the preset ${preset} fills in what is known and says what the registry wants`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    await dialog.getByRole('link', { name: preset, exact: true }).click();
    await expect(dialog.getByRole('definition').first()).toHaveText(kind);
    await expectValues(dialog, { 'Registry URL': url, 'Authentication method': 'password', Username: username });
  });
}

test('the preset of Google takes a key file', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await dialog.getByRole('link', { name: 'Google Artifact Registry, gcr.io' }).click();
  await expect(dialog.getByRole('definition').first()).toHaveText('Google Artifact Registry');
  await expectValues(dialog, { 'Authentication method': 'gcp_service_account_key' });
  await expect(dialog.getByLabel('Service account key (JSON)')).toBeVisible();
  await expect(dialog.getByLabel('Password', { exact: true })).toBeHidden();
});

test('a credential is created and found in the list', async ({ page, instance }) => {
  const name = unique('whole');
  const dialog = await openNew(page, instance);
  await dialog.getByText('More options').click();
  await fillIn(dialog, {
    'Name': name,
    'Description': 'The deploy jobs',
    'Registry URL': 'registry.example.com:5000',
    'Access': 'Pull and push',
    'Repository path (Optional)': 'acme/api, acme/web',
    'Expires on (Optional)': '2099-01-31',
    'Email (Optional)': 'ops@example.com',
    'Owner': 'Dana Kim',
    'Environment': 'production',
    'Labels': 'shop, nightly',
    'Review date': '2098-01-31',
    'Rotate every (days)': '90',
    'Authentication method': 'Password / Token',
    'Username': 'acme-bot',
    'Password': secret(),
  });
  await dialog.getByLabel('Protected').check();
  await send(dialog);
  await expectSaid(page, `${name} was created for registry.example.com:5000.`);
  const row = await openRow(page, instance, name);
  for (const text of ['The deploy jobs', 'registry.example.com:5000', 'Pull and push']) {
    await expect(row).toContainText(text);
  }
  await row.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('link', { name: 'View details' }).click();
  const settings = page.getByRole('region', { name: 'Settings' });
  for (const text of ['registry.example.com:5000', 'acme/api, acme/web', 'Protected', '2098-01-31', '90 days', 'production', 'shop, nightly', 'ops@example.com', 'Expires 2099-01-31']) {
    await expect(settings).toContainText(text);
  }
});

for (const { typed, host, sentence } of [
  { typed: 'https://GHCR.io/acme/', host: 'ghcr.io', sentence: 'The path in the address became the repository path.' },
  { typed: ' https://index.docker.io/v1/ ', host: 'docker.io', sentence: 'All names of Docker Hub are stored as docker.io.' },
  { typed: 'registry.example.com:443', host: 'registry.example.com', sentence: 'The port was dropped, because it is the default.' },
]) {
  test(`${typed} is stored as ${host}, and the next page says what was changed`, async ({ page, instance }) => {
    const name = unique('canonical');
    const dialog = await openNew(page, instance);
    await fillIn(dialog, { Name: name, 'Registry URL': typed, Username: 'acme-bot', Password: secret() });
    await send(dialog);
    await expectSaid(page, `${name} was created for ${host}.`);
    await expectSaid(page, sentence);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Registry Credentials', exact: true })).toBeVisible();
    await expect(page.getByText(sentence)).toHaveCount(0);
    const row = await openRow(page, instance, name);
    await expect(row.getByText(host, { exact: true })).toBeVisible();
  });
}

test('a path in the address becomes the repository path', async ({ page, instance }) => {
  const name = unique('path');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { Name: name, 'Registry URL': 'ghcr.io/acme/api:1.2', Username: 'acme-bot', Password: secret() });
  await send(dialog);
  await expectSaid(page, `${name} was created for ghcr.io.`);
  const row = await openRow(page, instance, name);
  await row.getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await expectValues(page.getByRole('dialog'), { 'Registry URL': 'ghcr.io', 'Repository path (Optional)': 'acme/api' });
});

test('plain http needs the tick under More options', async ({ page, instance }) => {
  const name = unique('plain');
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { Name: name, 'Registry URL': 'http://registry.example.com', Username: 'acme-bot', Password: secret() });
  await send(dialog);
  await expectWrong(dialog, 'Registry URL', /Plain HTTP sends the secret unencrypted/);
  await dialog.getByLabel('Insecure registry').check();
  await fillIn(dialog, { Password: secret() });
  await send(dialog);
  await expectSaid(page, `${name} was created for registry.example.com.`);
  await expect(await openRow(page, instance, name)).toContainText('Insecure');
});

test('two credentials of one host differ by name', async ({ page, instance }) => {
  const name = unique('build');
  await addCredential(page, instance, { name, registry_url: 'ghcr.io', paths: 'acme' });
  await addCredential(page, instance, { name: `${name}-deploy`, registry_url: 'ghcr.io', paths: 'acme/api' });
  await page.goto(`${instance.project}/credentials?q=${name}`);
  await expect(page.getByText('2 credentials', { exact: true })).toBeVisible();
});
