import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential, expectSaid } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addPipeline, declare, openPart } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const today = () => new Date().toISOString().slice(0, 10);

test('what a job declares is shown with its commit, its day and the credential that it would get', async ({ page, instance }) => {
  const name = unique('declared');
  const began = today();
  await addCredential(page, instance, { name, registry_url: 'ghcr.io' });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
  const response = await declare(instance, token, 'build/Dockerfile');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ files: 1, references: 2, unresolved: 1, passwords: 1 });

  // A run may pass midnight.
  const day = new RegExp(`${began}|${today()}`);
  await openPart(page, 'definitions');
  const tabs = page.getByRole('navigation', { name: 'Pipeline', exact: true });
  await expect(tabs.getByRole('link', { name: 'Definitions' })).toHaveAttribute('aria-current', 'page');
  const file = page.getByRole('region', { name: 'Files', exact: true }).getByRole('row').filter({ hasText: 'build/Dockerfile' });
  for (const text of [day, 'commit 0a1b2c3d of main', '2 references', '1 password']) await expect(file).toContainText(text);
  const references = page.getByRole('region', { name: 'References' });
  const image = references.getByRole('row').filter({ hasText: 'ghcr.io/acme/base:1' });
  await expect(image).toContainText('Line 1');
  await expect(image.getByRole('link', { name, exact: true })).toBeVisible();
  const open = references.getByRole('row').filter({ hasText: 'quay.io/acme/api' });
  for (const text of ['TAG comes from a build argument', 'No granted credential']) await expect(open).toContainText(text);
  await expect(references.getByRole('row').filter({ hasText: 'Line 3' })).toContainText('A password is written in ENV PASSWORD.');

  await image.getByRole('link', { name: /^Why/ }).click();
  await expect(page.getByLabel('Image', { exact: true })).toHaveValue('ghcr.io/acme/base');
});

test('files are chosen or pasted, replace those of the same path, and are deleted', async ({ page, instance }) => {
  const day = today();
  await addPipeline(page, instance, { name: unique('files') });
  await openPart(page, 'definitions');
  await expect(page.getByText('No file has been declared yet.')).toBeVisible();
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await add.click();
  await expectWrong(page, 'Files to add', 'Choose files, or paste the text of one.');

  const buffer = Buffer.from('FROM docker.io/library/redis:7\n');
  await page.getByLabel('Files to add').setInputFiles({ name: 'Dockerfile', mimeType: 'text/plain', buffer });
  await fillIn(page, { 'Folder (Optional)': 'build', 'Commit (Optional)': '0a1b2c3d' });
  await add.click();
  await expectSaid(page, 'The definitions were saved: 1 reference in 1 file.');
  const files = page.getByRole('region', { name: 'Files', exact: true });
  await expect(files).toContainText('build/Dockerfile');
  await expect(files).toContainText(new RegExp(`(${day}|${today()}), commit 0a1b2c3d \\(claimed\\)`));

  await fillIn(page, {
    'Name of a pasted file (Optional)': 'build/Dockerfile',
    'Text of a pasted file (Optional)': 'FROM quay.io/acme/api:1\n',
  });
  await add.click();
  await expect(page.getByRole('region', { name: 'References' })).toContainText('quay.io/acme/api:1');
  await expect(page.getByRole('main')).not.toContainText('library/redis');

  await files.locator('summary', { hasText: 'Delete build/Dockerfile' }).click();
  await files.getByRole('button', { name: 'Delete', exact: true }).click();
  await expectSaid(page, 'build/Dockerfile was deleted from the definitions.');
  await expect(page.getByText('No file has been declared yet.')).toBeVisible();
});

test('a text that was refused is gone, and what else was typed is kept', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('refused') });
  await openPart(page, 'definitions');
  await fillIn(page, {
    'Folder (Optional)': 'docs',
    'Name of a pasted file (Optional)': 'notes.md',
    'Text of a pasted file (Optional)': 'password: pa55word-of-nobody',
  });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expectWrong(page, 'Files to add', 'does not recognize one of these files');
  await expectValues(page, {
    'Folder (Optional)': 'docs',
    'Name of a pasted file (Optional)': 'notes.md',
    'Text of a pasted file (Optional)': '',
  });
  expect(await page.content()).not.toContain('pa55word-of-nobody');
});

test('the page is read at 360 px, and axe finds nothing', async ({ scannable, instance }) => {
  const token = await addPipeline(scannable, instance, { name: unique('phone') });
  await declare(instance, token, `${'a-folder-of-a-team/'.repeat(5)}Dockerfile`);
  await scannable.setViewportSize({ width: 360, height: 740 });
  await openPart(scannable, 'definitions');
  await expectNoSideScroll(scannable, 'the definitions');
  await expectAccessible(scannable, 'the definitions');
});
