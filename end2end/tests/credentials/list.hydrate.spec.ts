import { hold, holdScripts, isAwake } from '../../support/awake.ts';
import { addCredential, expectListAt, pathOf, rowOf } from '../../support/credentials.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const SEARCH = 'Search registry credentials';

test('results appear while typing, on the same page', async ({ page, instance }) => {
  const prefix = unique('typed');
  await addCredential(page, instance, { name: `${prefix}-one` });
  await addCredential(page, instance, { name: `${prefix}-two` });
  await page.goto(`${instance.project}/credentials`);
  let loads = 0;
  page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
  await page.getByLabel(SEARCH).pressSequentially(prefix);
  await expect(page.getByText('2 credentials', { exact: true })).toBeVisible();
  await page.getByLabel(SEARCH).pressSequentially('-two');
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(rowOf(page, `${prefix}-two`)).toBeVisible();

  await expect(page.getByLabel(SEARCH)).toBeFocused();
  await expect(page.getByLabel(SEARCH)).toHaveValue(`${prefix}-two`);
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${prefix}-two`);
  expect(loads).toBe(0);
});

test('a filter works as it is chosen, and the rows it brings can be used', async ({ page, instance }) => {
  const prefix = unique('chosen');
  await addCredential(page, instance, { name: `${prefix}-pull` });
  await addCredential(page, instance, { name: `${prefix}-push`, access: 'pull_push' });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Access', { exact: true }).selectOption({ label: 'Pull and push' });
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Remove filter Access: Pull and push' })).toBeVisible();
  await page.keyboard.press('Escape');
  await rowOf(page, `${prefix}-push`).getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(rowOf(page, `${prefix}-push`)).toContainText('Disabled');
  await expect(page).toHaveURL(/access=pull_push/);
});

test('a filter that was chosen before the scripts ran works once they run', async ({ page, instance }) => {
  const prefix = unique('early');
  await addCredential(page, instance, { name: `${prefix}-pull` });
  await addCredential(page, instance, { name: `${prefix}-push`, access: 'pull_push' });
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials?q=${prefix}`, { waitUntil: 'domcontentloaded' });
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Access', { exact: true }).selectOption({ label: 'Pull and push' });
  release();
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(rowOf(page, `${prefix}-push`)).toBeVisible();
});

test('a dialog opened from live search results leads back to them', async ({ page, instance }) => {
  const name = unique('brought');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials?access=pull`);
  await page.getByLabel(SEARCH).fill(name);
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${name}&access=pull`);
  const list = page.url();
  await rowOf(page, name).getByRole('link', { name: `Delete ${name}`, exact: true }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectListAt(page, list);
  await expect(rowOf(page, name)).toBeVisible();
});

test('only the answer to the last letters counts', async ({ page, instance }) => {
  const prefix = unique('late');
  await addCredential(page, instance, { name: `${prefix}-a` });
  await addCredential(page, instance, { name: `${prefix}-b` });
  await page.goto(`${instance.project}/credentials`);
  // The first answer is held back until the second one is there.
  const isFirst = (url: URL) => url.searchParams.get('q') === `${prefix}-a`;
  const release = await hold(page, isFirst);
  const asked = page.waitForRequest((request) => isFirst(new URL(request.url())));
  await page.getByLabel(SEARCH).fill(`${prefix}-a`);
  await asked;
  await page.getByLabel(SEARCH).fill(`${prefix}-b`);
  await expect(rowOf(page, `${prefix}-b`)).toBeVisible();
  const late = page.waitForResponse((response) => isFirst(new URL(response.url())));
  release();
  await (await late).finished();
  // What is asked now is answered after the page has read the late answer.
  await page.evaluate(async () => (await fetch('/favicon.svg')).text());
  await expect(rowOf(page, `${prefix}-b`)).toBeVisible();
  await expect(rowOf(page, `${prefix}-a`)).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(`q=${prefix}-b`));
});

test('a search that was cleared shows everything again', async ({ page, instance }) => {
  const name = unique('cleared');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials?q=${unique('none')}`);
  await expect(page.getByText('No credentials match.')).toBeVisible();
  await page.getByLabel(SEARCH).fill('');
  await expect(page.getByRole('table')).toBeVisible();
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});

test('one menu serves every row, also those that a search brought', async ({ page, instance }) => {
  const prefix = unique('menu');
  for (const word of ['one', 'two']) await addCredential(page, instance, { name: `${prefix}-${word}` });
  await page.goto(`${instance.project}/credentials`);
  await page.getByLabel(SEARCH).fill(prefix);
  await expect(page.getByText('2 credentials', { exact: true })).toBeVisible();
  const address = `${instance.project}/credentials?q=${prefix}`;
  await expect(page).toHaveURL(address);
  const menu = page.locator('#row-menu');
  const open = async (name: string) => {
    await rowOf(page, name).getByRole('button', { name: `More actions for ${name}` }).click();
    await expect(menu).toBeVisible();
    const edit = await rowOf(page, name).getByRole('link', { name: `Edit ${name}`, exact: true }).getAttribute('href');
    await expect(rowOf(page, name).getByRole('link', { name: 'Edit', exact: true })).toHaveAttribute('href', edit!);
  };
  await open(`${prefix}-one`);
  // It covers the rows below.
  await page.keyboard.press('Escape');
  await open(`${prefix}-two`);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(rowOf(page, `${prefix}-two`)).toContainText('Disabled');
  await expect(rowOf(page, `${prefix}-one`)).not.toContainText('Disabled');

  await page.goto(address);
  await isAwake(page);
  await open(`${prefix}-two`);
  await expect(page.getByRole('button', { name: 'Disable', exact: true })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toBeVisible();
  // The same button closes it, and nothing was loaded.
  await rowOf(page, `${prefix}-two`).getByRole('button', { name: /^More actions/ }).click();
  await expect(menu).toBeHidden();
  await expect(page).toHaveURL(address);
});

test('the menu does not offer to enable a compromised credential', async ({ page, instance }) => {
  const prefix = unique('leaked');
  for (const word of ['one', 'two']) await addCredential(page, instance, { name: `${prefix}-${word}` });
  await page.goto(`${await pathOf(page, instance, `${prefix}-one`)}/compromise`);
  await page.getByRole('button', { name: 'Disable and mark as compromised' }).click();
  await expect(page.getByRole('heading', { name: 'Checklist' })).toBeVisible();
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await isAwake(page);
  const menu = page.locator('#row-menu');
  // The same menu before and after that of another row.
  for (const [word, offered] of [['one', []], ['two', ['Disable']], ['one', []]] as const) {
    await rowOf(page, `${prefix}-${word}`).getByRole('button', { name: /^More actions/ }).click();
    await expect(menu.getByText('Replace secret', { exact: true })).toBeVisible();
    await expect(menu.getByRole('button')).toHaveText([...offered]);
    await page.keyboard.press('Escape');
    await expect(menu).toBeHidden();
  }
});

test('a menu is opened, walked and left with the keyboard', async ({ page, instance }) => {
  const name = unique('walked');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials?q=${name}`);
  await isAwake(page);
  const more = rowOf(page, name).getByRole('button', { name: /^More actions/ });
  await more.press('Enter');
  await expect(page.locator('#row-menu')).toBeVisible();
  for (const item of ['View details', 'Edit', 'Replace secret', 'Disable', 'Delete']) {
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('#row-menu').getByText(item, { exact: true })).toBeFocused();
  }
  await page.keyboard.press('Escape');
  await expect(page.locator('#row-menu')).toBeHidden();
  await expect(more).toBeFocused();
});

test.describe('in a project of its own', () => {
  test.use({ fresh: true });

  test('a registry that is typed is searched for once it is whole', async ({ page, instance }) => {
    // More than the filter lists.
    for (let i = 0; i < 51; i++) await addCredential(page, instance, { name: `of-${i}`, registry_url: `h${i}.example.com` });
    await page.goto(`${instance.project}/credentials`);
    await isAwake(page);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('registry=')) asked.push(new URL(request.url()).search);
    });
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    // Slower than the search waits.
    await page.getByRole('textbox', { name: 'Registry URL' }).pressSequentially('h7.example.com', { delay: 200 });
    await page.keyboard.press('Tab');
    await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
    await expect(rowOf(page, 'of-7')).toBeVisible();
    expect(asked).toEqual(['?registry=h7.example.com']);
  });
});
