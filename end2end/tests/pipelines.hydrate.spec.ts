import { addCredential } from '../support/credentials.ts';
import { credentialBox, openNewPipeline } from '../support/pipelines.ts';
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
  await expect(async () => {
    await field.fill('');
    await field.pressSequentially(names[1]!);
    await expect(credentialBox(dialog, names[2]!)).toBeHidden({ timeout: 500 });
  }).toPass();
  await expect(credentialBox(dialog, names[1]!)).toBeVisible();
  await expect(credentialBox(dialog, names[0]!)).toBeChecked();
  await expect(credentialBox(dialog, names[0]!)).toBeVisible();
});
