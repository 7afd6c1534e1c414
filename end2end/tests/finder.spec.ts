import type { Page } from '@playwright/test';
import { addCredential, pathOf } from '../support/credentials.ts';
import { addMember, signIn } from '../support/members.ts';
import { addPipeline, pathOfPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** Asks the finder that the browser is at. */
async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Find anything' }).fill(question);
  await page.getByRole('main').getByRole('button', { name: 'Find' }).click();
}

test('one field finds a credential and a pipeline by their names', async ({ page, instance }) => {
  const name = unique('needle');
  await addCredential(page, instance, { name });
  const ofCredential = await pathOf(page, instance, name);
  await addPipeline(page, instance, { name });
  const ofPipeline = pathOfPipeline(page);
  for (const [kind, path] of [['Registry Credentials', ofCredential], ['Pipelines', ofPipeline]] as const) {
    await page.goto(`${instance.project}/credentials`);
    await page.getByRole('link', { name: 'Find', exact: true }).click();
    await expect(page.getByRole('searchbox', { name: 'Find anything' })).toBeFocused();
    await ask(page, name);
    await page.getByRole('region', { name: kind }).getByRole('link', { name }).click();
    await expect(page).toHaveURL(path);
  }
});

test('one field finds a page and a guide', async ({ page, instance }) => {
  await page.goto(`${instance.project}/find`);
  await ask(page, 'keys encryption');
  await page.getByRole('region', { name: 'Pages' }).getByRole('link', { name: 'Encryption keys' }).click();
  await expect(page).toHaveURL('/admin/keys');
  await page.goto(`${instance.project}/find`);
  await ask(page, 'fine-grained ghcr.io');
  await page.getByRole('region', { name: 'Guides' }).getByRole('link', { name: 'GitHub Container Registry' }).first().click();
  await expect(page).toHaveURL(/\/help\/registries\/ghcr/);
});

test('before anything is typed it has the pages that one may open', async ({ page, instance }) => {
  const viewer = await addMember(instance, 'viewer');
  await signIn(page, viewer, `${instance.project}/find`);
  const pages = page.getByRole('region', { name: 'Pages' });
  await expect(pages.getByRole('link', { name: 'Pipelines' })).toBeVisible();
  await expect(pages.getByRole('link', { name: 'Encryption keys' })).toHaveCount(0);
});

test('a question without a result says what to do', async ({ page, instance }) => {
  await page.goto(`${instance.project}/find?q=zebra-crossing`);
  await expect(page.getByRole('status')).toHaveText('Nothing was found. Try fewer words, or other ones.');
});

test('the finder shows the first eight of many, and leads to all of them', async ({ page, instance }) => {
  const prefix = unique('plenty');
  for (let i = 0; i < 9; i++) await addCredential(page, instance, { name: `${prefix}-${i}`, paths: `acme/team-${i}` });
  await page.goto(`${instance.project}/find?q=${prefix}`);
  const found = page.getByRole('region', { name: 'Registry Credentials' });
  await expect(found.getByRole('listitem')).toHaveCount(8);
  await found.getByRole('link', { name: 'Show all 9 credentials' }).click();
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${prefix}`);
});

test('the finder leads back to where one came from', async ({ page, instance }) => {
  for (const from of [`${instance.project}/pipelines?q=x`, '/admin/keys']) {
    await page.goto(from);
    await page.getByRole('link', { name: 'Find', exact: true }).click();
    await expect(page).toHaveURL(/\/p\/[^/]+\/find\?from=/);
    await ask(page, 'token');
    await page.getByRole('link', { name: 'Close' }).click();
    await expect(page).toHaveURL(from);
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the finder is in the menu', async ({ page, instance }) => {
    await page.goto(`${instance.project}/credentials`);
    const find = page.getByRole('link', { name: 'Find', exact: true });
    await expect(find).toBeHidden();
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await find.click();
    await expect(page.getByRole('heading', { name: 'Find anything', level: 1 })).toBeVisible();
  });
});
