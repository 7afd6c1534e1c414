import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectSaid, openNew, pathOf, send } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { writeImage } from '../clients/support/image.mjs';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { copyImage, startRegistry } from '../support/registry.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test('a credential typed in the browser pushes and pulls a real image, and leaves a receipt', async ({ page, instance }) => {
  const password = secret();
  const registry = await startRegistry('acme-bot', password);
  const folder = await mkdtemp(join(tmpdir(), 'regcred-pull-'));
  try {
    const name = unique('localhost');
    const dialog = await openNew(page, instance);
    await dialog.getByText('More options').click();
    await dialog.getByLabel('Insecure registry').check();
    await fillIn(dialog, {
      'Name': name,
      'Registry URL': `http://${registry.host}`,
      'Access': 'Pull and push',
      'Username': 'acme-bot',
      'Password': password,
    });
    await send(dialog);
    await expectSaid(page, `${name} was created for ${registry.host}.`);
    const pipeline = unique('acme/app');
    const token = await addPipeline(page, instance, { name: pipeline, credentials: [name], access: 'Pull and push' });

    const image = await writeImage(join(folder, 'image'), 'Made by a test.\n');
    const there = `docker://${registry.host}/acme/app:1`;
    const back = `oci:${join(folder, 'back')}:1`;
    const nothing = join(folder, 'nothing.json');
    await writeFile(nothing, '{}');
    await expect(copyImage(image, there, nothing)).rejects.toThrow('authentication required');

    const authfile = join(folder, 'config.json');
    const fetchFor = async (intent: 'pull' | 'push', run: string) => {
      const response = await fetchConfig(instance, token, { intent, run: { 'Regcred-Run': run } });
      expect(response.status).toBe(200);
      await writeFile(authfile, await response.text(), { mode: 0o600 });
    };
    await fetchFor('push', 'run-1');
    await copyImage(image, there, authfile);
    await expect(copyImage(there, back, nothing)).rejects.toThrow('authentication required');
    await fetchFor('pull', 'run-2');
    await copyImage(there, back, authfile);

    await page.goto(await pathOf(page, instance, name));
    await expect(page.getByRole('region', { name: 'Used by' }).getByRole('row').filter({ hasText: pipeline })).toContainText('2 times');
    await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    const receipts = page.getByRole('region', { name: 'Fetches' }).getByRole('row');
    await expect(receipts.filter({ hasText: 'run-1' })).toContainText('Pull and push');
    await expect(receipts.filter({ hasText: 'run-1' })).toContainText('Delivered');
    await expect(receipts.filter({ hasText: 'run-2' })).toContainText('Delivered');
  } finally {
    await registry.stop();
    await rm(folder, { recursive: true });
  }
});
