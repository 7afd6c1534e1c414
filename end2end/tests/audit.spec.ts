import { readFile } from 'node:fs/promises';
import { addCredential } from '../support/credentials.ts';
import { addMember, signIn } from '../support/members.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test('an auditor finds who did what, reads an event, exports what is listed and verifies the chain', async ({ page, stranger, instance }) => {
  const [name, ci] = [unique('audited'), unique('ci')];
  await addCredential(page, instance, { name, registry_url: 'ghcr.io' });
  const token = await addPipeline(page, instance, { name: ci, credentials: [name] });
  await fetchConfig(instance, token);
  const kim = await addMember(instance, 'auditor');
  await signIn(stranger, kim, `${instance.project}/credentials`);
  await stranger.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Audit', exact: true }).click();
  await expect(stranger.getByRole('heading', { name: 'Audit', exact: true })).toBeVisible();
  await expect(stranger.getByRole('row').filter({ hasText: ci }).filter({ hasText: 'fetched' })).toContainText('Delivered');

  await stranger.getByRole('button', { name: 'Filter', exact: true }).click();
  await stranger.getByLabel('Action', { exact: true }).selectOption('credential.created');
  await stranger.getByRole('button', { name: 'Apply' }).click();
  await expect(stranger.getByRole('link', { name: 'Remove filter Action: credential.created' })).toBeVisible();
  await expect(stranger.getByRole('link', { name: 'Clear filters', exact: true })).toBeVisible();
  const row = stranger.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('created');

  const downloading = stranger.waitForEvent('download');
  await stranger.getByRole('button', { name: 'Export CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^regcred-audit-.+\.csv$/);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv).toContain(`credential.created`);
  expect(csv).toContain(name);
  expect(csv).not.toContain('pipeline.created');
  expect(csv.trimEnd().split('\r\n').at(-1)).toMatch(/^\d+,,end,/);

  await row.getByRole('link', { name: /^Link \d+: / }).click();
  await expect(stranger.getByRole('heading', { name: /^Link \d+$/ })).toBeVisible();
  await expect(stranger.getByText('This link holds')).toBeVisible();
  await stranger.getByRole('link', { name: 'All events with this action' }).click();
  await expect(stranger.getByRole('row').filter({ hasText: name })).toBeVisible();

  await stranger.getByRole('link', { name: 'Verify the chain' }).click();
  await expect(stranger.getByRole('status').filter({ hasText: 'hold. This is the end of the chain.' })).toBeVisible();
});

test('who may not audit is not led there, and is refused', async ({ stranger, instance }) => {
  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, `${instance.project}/credentials`);
  await expect(stranger.getByRole('navigation', { name: 'Project' })).toBeVisible();
  await expect(stranger.getByRole('link', { name: 'Audit', exact: true })).toHaveCount(0);
  const reply = await stranger.goto(`${instance.project}/audit`);
  expect(reply?.status()).toBe(403);
});
