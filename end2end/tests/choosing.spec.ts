import { isAwake } from '../support/awake.ts';
import { addCredential } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn, searchListed } from '../support/form.ts';
import { grantsOf } from '../support/granting.ts';
import { credentialBox, openNewPipeline, readToken } from '../support/pipelines.ts';
import { post } from '../support/post.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

// Each has a project of its own, with more than a form lists. Making so many takes a busy machine long.
test.use({ fresh: true });

const many = (prefix: string) => Array.from({ length: 54 }, (_, i) => `${prefix}-${String(i).padStart(2, '0')}`);

test('a pipeline is granted a credential that its form did not list', async ({ page, instance, javaScriptEnabled }) => {
  test.slow();
  const names = many(unique('image'));
  const [ticked, beyond] = [names[1]!, names[51]!];
  for (const name of names) await addCredential(page, instance, { name });
  const pipeline = unique('ci');
  const dialog = await openNewPipeline(page, instance, { name: pipeline, credentials: [ticked] });
  await fillIn(dialog, { Description: 'Builds images' });
  await expect(dialog.getByRole('checkbox')).toHaveCount(50);
  await expect(credentialBox(dialog, beyond)).toHaveCount(0);

  // Enter in the field searches, and what was filled in and ticked stays.
  const field = dialog.getByRole('searchbox', { name: 'Search credentials to grant' });
  await expect(field).toHaveAccessibleDescription('The first 50 credentials by name are listed. Search for the others.');
  await field.fill(beyond);
  await field.press('Enter');
  await expect(field).toHaveAccessibleDescription('1 credential matches.');
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  // What was found has the focus, where Enter sends nothing; in the field it searches once more. Without a script the page says which button saves.
  await expect(credentialBox(dialog, beyond)).toBeFocused();
  if (javaScriptEnabled) {
    await isAwake(page);
    await page.keyboard.press('Enter');
  }
  await page.waitForLoadState();
  const sought = page.waitForEvent('load');
  await field.press('Enter');
  await sought;
  if (!javaScriptEnabled) await expect(dialog.getByRole('alert')).toContainText('Press Create to save.');
  await expect(page).toHaveURL(/\/pipelines\/new\?back=/);
  await expect(field).toHaveAccessibleDescription('1 credential matches.');
  // A search that was answered survives a reload.
  await searchListed(field, beyond);
  await page.reload();
  await expect(field).toHaveAccessibleDescription('1 credential matches.');
  await expectValues(dialog, { Name: pipeline, Description: 'Builds images' });
  await expect(credentialBox(dialog, ticked)).toBeChecked();
  await credentialBox(dialog, beyond).check();

  // So does the button, and nothing that was ticked is lost by another search.
  await searchListed(field, names[50]!);
  await expect(credentialBox(dialog, names[50]!)).not.toBeChecked();
  for (const name of [ticked, beyond]) await expect(credentialBox(dialog, name)).toBeChecked();

  // What was typed and not searched for is searched for, and nothing is saved.
  await field.fill(names[52]!);
  await fillIn(dialog, { 'Your password': instance.account.password });
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(field).toHaveAccessibleDescription(/press Create again\. 1 credential matches\.$/);
  await expectWrong(dialog, 'Your password', 'Type your password again.');

  // In any other field Enter saves, where a script knows in which it was pressed.
  await fillIn(dialog, { 'Your password': instance.account.password });
  if (javaScriptEnabled) {
    await isAwake(page);
    await dialog.getByLabel('Your password', { exact: true }).press('Enter');
  } else await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await readToken(page);
  for (const name of [ticked, beyond]) {
    await expect(grantsOf(page).getByRole('link', { name, exact: true })).toBeVisible();
  }

  // One more is granted on the page, which does not list it either.
  const grants = grantsOf(page);
  // Enter on a select sends nothing, so that a typed password stays.
  if (javaScriptEnabled) {
    await isAwake(page);
    await fillIn(grants, { 'Your password': instance.account.password });
    await grants.getByLabel('Access', { exact: true }).press('Enter');
    await expect(grants.getByLabel('Your password', { exact: true })).toHaveValue(instance.account.password);
    await page.keyboard.press('Escape');
  }
  await fillIn(grants, { Credential: `${names[53]!} (registry.example.com, pull only)`, Access: 'Pull', 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(grants.getByRole('link', { name: names[53]!, exact: true })).toBeVisible();
});

test('a pipeline that is not listed is found in Match', async ({ page, instance }) => {
  test.slow();
  const names = many(unique('build'));
  for (const name of names) {
    await post(page, `${instance.url}/rpc/pipelines/create`, {
      project: instance.project.replace('/p/', ''),
      'form[name]': name,
      'form[description]': '',
      'form[token_days]': '30',
      password: instance.account.password,
    });
  }
  await page.goto(`${instance.project}/match`);
  const main = page.getByRole('main');
  await fillIn(main, { Image: 'ghcr.io/acme/api:1.2', 'Branch or reference (Optional)': 'main' });
  const field = main.getByRole('searchbox', { name: 'Search pipelines' });
  await expect(field).toHaveAccessibleDescription('The first 50 pipelines by name are listed. Search for the others.');
  // On a phone, too, it stands above what it searches, and nothing between.
  await page.setViewportSize({ width: 390, height: 844 });
  const tops: number[] = [];
  for (const one of [field, main.getByLabel('Pipeline', { exact: true }), main.getByLabel('Intent', { exact: true })]) tops.push((await one.boundingBox())!.y);
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  await searchListed(field, names[51]!);
  await expectValues(main, { Image: 'ghcr.io/acme/api:1.2', 'Branch or reference (Optional)': 'main' });
  await expect(page.getByRole('region', { name: 'Answer' })).toHaveCount(0);
  await fillIn(main, { Pipeline: names[51]! });
  await main.getByRole('button', { name: 'Explain' }).click();
  await expect(page.getByRole('region', { name: 'Answer' })).toBeVisible();
});
