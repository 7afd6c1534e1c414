import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeImage } from '../../clients/support/image.mjs';
import { addCredential, expectSaid, openReplace, openRow, pathOf, send } from '../../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { copyImage, startRegistry } from '../../support/registry.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test.use({ fresh: true, settings: { REGCRED_PRIVATE_NETWORKS: '127.0.0.0/8,::1' } });

const asks = (page: Page) => page.getByRole('region', { name: 'Check at the registry' });
const stepOf = (page: Page, step: string) =>
  page.getByRole('region', { name: 'Last check' }).getByRole('row').filter({ has: page.getByRole('cell', { name: step, exact: true }) });

async function testConnection(page: Page, image: string, push = false): Promise<void> {
  await fillIn(asks(page), { 'Image (Optional)': image });
  await asks(page).getByLabel('Test push, too').setChecked(push);
  await asks(page).getByRole('button', { name: 'Test connection', exact: true }).click();
}

test('a real registry says step by step what a credential can do, and keeps nothing of the check', async ({ page, instance }) => {
  const password = secret();
  const registry = await startRegistry('acme-bot', password);
  const folder = await mkdtemp(join(tmpdir(), 'regcred-check-'));
  try {
    const authfile = join(folder, 'config.json');
    const auth = Buffer.from(`acme-bot:${password}`).toString('base64');
    await writeFile(authfile, JSON.stringify({ auths: { [registry.host]: { auth } } }), { mode: 0o600 });
    const image = await writeImage(join(folder, 'image'), 'Made by a test.\n');
    await copyImage(image, `docker://${registry.host}/acme/app:1`, authfile);
    const before = await registry.holds();
    expect(before.repositories).toEqual(['acme/app']);

    const name = unique('own');
    await addCredential(page, instance, { name, registry_url: `http://${registry.host}`, is_insecure: 'true', password, access: 'pull_push' });
    const checks = `${await pathOf(page, instance, name)}/checks`;
    await page.goto(checks);
    await expect(asks(page)).toContainText('Never checked');

    await testConnection(page, '');
    await expectSaid(page, `${name} was checked. It can sign in.`);
    await expect(stepOf(page, 'Reach the registry')).toContainText('Passed');
    await expect(stepOf(page, 'Sign in')).toContainText('The registry accepts the username and the password.');
    await expect(stepOf(page, 'Pull')).toContainText('Not checked');
    await expect(stepOf(page, 'Push')).toContainText('Push is checked only when somebody asks for it.');

    await testConnection(page, 'acme/app:1', true);
    await expectSaid(page, `${name} was checked. It can sign in, pull and push.`);
    await expect(stepOf(page, 'Pull')).toContainText('The image can be pulled.');
    await expect(stepOf(page, 'Push')).toContainText('The credential may push to this repository.');
    await expectValues(asks(page), { 'Image (Optional)': `${registry.host}/acme/app:1` });

    await testConnection(page, 'acme/missing:1', true);
    await expect(stepOf(page, 'Push')).toContainText('The repository does not exist.');
    expect(await registry.holds()).toEqual(before);

    await expect(page.getByRole('region', { name: 'Earlier checks' }).getByRole('row')).toHaveCount(3);
    await expect(await openRow(page, instance, name)).toContainText('Works');
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true });
  }
});

test('a wrong password is told as one, and the right one after it is not yet called wrong', async ({ page, instance }) => {
  const password = secret();
  const registry = await startRegistry('acme-bot', password);
  try {
    const name = unique('own');
    await addCredential(page, instance, { name, registry_url: `http://${registry.host}`, is_insecure: 'true' });
    const checks = `${await pathOf(page, instance, name)}/checks`;
    await page.goto(checks);
    await testConnection(page, '');
    await expectSaid(page, `${name} does not work at its registry.`);
    await expect(stepOf(page, 'Sign in')).toContainText('The registry refused the username and the password.');
    await expect(await openRow(page, instance, name)).toContainText('Failing since today');

    const dialog = await openReplace(page, instance, name);
    await fillIn(dialog, { Password: password });
    await send(dialog);
    await expect(await openRow(page, instance, name)).toContainText('Not checked since the secret changed');
    await page.goto(checks);
    await testConnection(page, '');
    await expectSaid(page, `${name} was checked. It can sign in.`);
    await page.goto(`${instance.project}/credentials?state=works`);
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
    await page.goto(`${instance.project}/credentials?state=failing`);
    await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
  } finally {
    await registry.stop();
  }
});

test('an image of another registry is refused at its field, and kept', async ({ page, instance }) => {
  const name = unique('elsewhere');
  await addCredential(page, instance, { name });
  await page.goto(`${await pathOf(page, instance, name)}/checks`);
  await testConnection(page, 'quay.io/acme/api:1', true);
  await expectWrong(asks(page), 'Image (Optional)', 'This image is on another registry. Enter one on registry.example.com.');
  await expectValues(asks(page), { 'Image (Optional)': 'quay.io/acme/api:1' });
  await expect(asks(page).getByLabel('Test push, too')).toBeChecked();
});
