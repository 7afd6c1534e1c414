/** A finding, which the server looks for by itself and when somebody presses its button. */
import { expect, type Locator, type Page } from '@playwright/test';
import { fillIn } from './form.ts';
import { addPipeline, openPart } from './pipelines.ts';
import { unique } from './secrets.ts';
import type { Instance } from './server.ts';

/** A pipeline whose file names a registry without a credential; gives the row of what was found. */
export async function findOne(page: Page, instance: Instance): Promise<Locator> {
  const name = unique('undeclared');
  await addPipeline(page, instance, { name });
  await openPart(page, 'definitions');
  await fillIn(page, {
    'Name of a pasted file (Optional)': 'Dockerfile',
    'Text of a pasted file (Optional)': `FROM ${name}.example.com/acme/base\n`,
  });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('The definitions were saved')).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: name });
  const run = page.getByRole('button', { name: 'Run now: Look for findings' });
  // The server may be looking already, and not see the file. Then there is no such button.
  await expect(async () => {
    await page.goto('/admin/jobs');
    if (await run.isVisible()) await run.click();
    await page.goto(`${instance.project}/findings?kind=no_credential`);
    await expect(row).toBeVisible({ timeout: 100 });
  }).toPass();
  return row;
}
