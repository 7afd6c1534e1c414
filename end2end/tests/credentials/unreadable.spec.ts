import { addCredential, openRow, pathOf, rowOf } from '../../support/credentials.ts';
import { damageSecret } from '../../support/database.ts';
import { addPipeline, fetchConfig } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a secret that cannot be decrypted is shown as unreadable, in the list and on its page', async ({ page, instance }) => {
  const name = unique('damaged');
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  expect((await fetchConfig(instance, token)).status).toBe(200);
  await expect(await openRow(page, instance, name)).not.toContainText('Unreadable');

  await damageSecret(instance, name);
  const refused = await fetchConfig(instance, token);
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain('was not delivered: its stored secret cannot be read');
  await expect(await openRow(page, instance, name)).toContainText('Unreadable');
  await page.goto(await pathOf(page, instance, name));
  await expect(page.getByRole('region', { name: 'Settings' })).toContainText('Unreadable');
  await page.goto(`${instance.project}/credentials?q=${name}&state=unreadable`);
  await expect(rowOf(page, name)).toBeVisible();
});
