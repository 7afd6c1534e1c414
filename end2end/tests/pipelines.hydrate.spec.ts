import { holdScripts } from '../support/awake.ts';
import { addCredential } from '../support/credentials.ts';
import { credentialBox, openNewPipeline, pushBox } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

// Of a project with more credentials than are listed, the server searches.
test.use({ fresh: true });

test('a credential that is ticked for a pipeline stays in sight, whatever is searched for', async ({ page, instance }) => {
  const prefix = unique('pick');
  // The list is searched once it is longer than a glance.
  const names = Array.from({ length: 9 }, (_, i) => `${prefix}-${i}`);
  for (const name of names) await addCredential(page, instance, { name });
  const dialog = await openNewPipeline(page, instance, { name: prefix, credentials: [names[0]!] });
  const field = dialog.getByLabel('Search credentials to grant');
  await field.pressSequentially(names[1]!);
  await expect(credentialBox(dialog, names[2]!)).toBeHidden();
  await expect(credentialBox(dialog, names[1]!)).toBeVisible();
  await expect(credentialBox(dialog, names[0]!)).toBeChecked();
  await expect(credentialBox(dialog, names[0]!)).toBeVisible();
});

test('who pushes with a credential is granted it, and who is not granted it does not push', async ({ page, instance }) => {
  const name = unique('both');
  await addCredential(page, instance, { name, access: 'pull_push' });
  const dialog = await openNewPipeline(page, instance, { name: unique('ci') });
  const [granted, pushing] = [credentialBox(dialog, name), pushBox(dialog, name)];
  await pushing.check();
  await expect(granted).toBeChecked();
  await granted.uncheck();
  await expect(pushing).not.toBeChecked();
});

test('what was ticked and searched for before the scripts ran counts once they run', async ({ page, instance }) => {
  const prefix = unique('early');
  const names = Array.from({ length: 9 }, (_, i) => `${prefix}-${i}`);
  for (const name of names) await addCredential(page, instance, { name, access: 'pull_push' });
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/pipelines/new`, { waitUntil: 'domcontentloaded' });
  const dialog = page.getByRole('dialog', { name: 'Add Pipeline' });
  await pushBox(dialog, names[0]!).check();
  await dialog.getByLabel('Search credentials to grant').fill(names[1]!);
  release();
  await expect(credentialBox(dialog, names[0]!)).toBeChecked();
  await expect(credentialBox(dialog, names[2]!)).toBeHidden();
  for (const name of [names[0]!, names[1]!]) await expect(credentialBox(dialog, name)).toBeVisible();
});
