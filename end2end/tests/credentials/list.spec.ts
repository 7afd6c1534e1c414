import type { Page } from '@playwright/test';
import { addCredential, openRow, rowOf } from '../../support/credentials.ts';
import { confirm, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

/** Opens the filters and chooses in them; where no script does it, they are applied by their button. */
async function chooseFilters(page: Page, values: Record<string, string>): Promise<void> {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await fillIn(page, values);
  const apply = page.getByRole('button', { name: 'Apply', exact: true });
  if (await apply.isVisible()) await apply.click();
}

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('the empty list teaches what it is for', async ({ page, instance }) => {
    await page.goto(`${instance.project}/credentials`);
    await expect(page.getByRole('heading', { name: 'No registry credentials yet' })).toBeVisible();
    const main = page.getByRole('main');
    await expect(main.getByRole('listitem')).toHaveCount(3);
    await expect(main.getByRole('search')).toHaveCount(0);
    await expect(main.getByRole('table')).toHaveCount(0);

    await main.getByRole('link', { name: 'Add Registry' }).last().click();
    await expect(page.getByRole('dialog', { name: 'Add Registry' })).toBeVisible();

    await addCredential(page, instance, { name: 'ghcr-deploy' });
    await page.goto(`${instance.project}/credentials`);
    await expect(page.getByRole('heading', { name: 'No registry credentials yet' })).toHaveCount(0);
    await expect(rowOf(page, 'ghcr-deploy')).toBeVisible();
  });
});

test('a row says what is stored, but no secret', async ({ page, instance }) => {
  const name = unique('row');
  await addCredential(page, instance, {
    name,
    description: 'The deploy jobs of the shop',
    registry_url: 'ghcr.io',
    access: 'pull_push',
    expires_on: '2020-01-31',
  });
  const row = await openRow(page, instance, name);
  for (const text of ['The deploy jobs of the shop', 'ghcr.io', 'Pull and push', 'Never used', 'just now, Dana Kim']) {
    await expect(row).toContainText(text);
  }
  await expect(row.getByTitle('GitHub Container Registry')).toHaveText('ghcr.io');
  await expect(row).toContainText('Expired on 2020-01-31');
  await expect(row.getByRole('link', { name: `Edit ${name}`, exact: true })).toBeVisible();
  await expect(row.getByRole('link', { name: `Delete ${name}`, exact: true })).toBeVisible();
  await expect(row.getByRole('button', { name: `More actions for ${name}`, exact: true })).toBeVisible();
  await row.getByRole('link', { name, exact: true }).click();
  await expect(page).toHaveURL(/\/credentials\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
});

test('a row says who uses it', async ({ page, instance }) => {
  const name = unique('used');
  await addCredential(page, instance, { name });
  for (const pipeline of ['one', 'two']) {
    const token = await addPipeline(page, instance, { name: unique(pipeline), credentials: [name] });
    await fetchConfig(instance, token);
  }
  await expect(async () => {
    await expect(await openRow(page, instance, name)).toContainText('2 pipelines · just now', { timeout: 500 });
  }).toPass();
});

test('what expires within a week looks as urgent as what has expired', async ({ page, instance }) => {
  const prefix = unique('urgent');
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const dates = { expired: inDays(-10), soon: inDays(5), later: inDays(25), far: inDays(50) };
  for (const [word, day] of Object.entries(dates)) {
    await addCredential(page, instance, { name: `${prefix}-${word}`, expires_on: day });
  }
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  const colour = (word: string) =>
    rowOf(page, `${prefix}-${word}`).getByText(/^Expire[sd] /).evaluate((badge) => getComputedStyle(badge).color);
  expect(await colour('soon')).toBe(await colour('expired'));
  expect(await colour('soon')).not.toBe(await colour('later'));
  expect(await colour('later')).not.toBe(await colour('far'));
});

test('search finds name, description, host, username and path, in any case', async ({ page, instance }) => {
  const [name, description, host, username, path] = ['n', 'd', 'h', 'u', 'p'].map((word) => unique(word));
  const draft = { name: name!, description: `For the ${description}`, registry_url: `${host}.example.com`, username: username!, paths: `acme/${path}` };
  await addCredential(page, instance, draft);
  await addCredential(page, instance, { name: unique('other') });
  await page.goto(`${instance.project}/credentials`);
  for (const term of [name, description, host, username, path]) {
    await fillIn(page, { 'Search registry credentials': term!.toUpperCase() });
    await page.getByRole('button', { name: 'Search' }).click();
    await expect(page).toHaveURL(new RegExp(`q=${term!.toUpperCase()}`));
    await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
    await expect(rowOf(page, name!)).toBeVisible();
  }
});

test('a search that finds nothing says so and offers to clear it', async ({ page, instance }) => {
  await addCredential(page, instance, { name: unique('some') });
  await page.goto(`${instance.project}/credentials?q=${unique('none')}&access=pull`);
  await expect(page.getByText('No credentials match.')).toBeVisible();
  await page.getByRole('link', { name: 'Clear search and filters', exact: true }).click();
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await expect(page.getByRole('table')).toBeVisible();
});

test('the link that clears the list says what it clears', async ({ page, instance }) => {
  await addCredential(page, instance, { name: unique('some') });
  const none = unique('none');
  for (const [asked, name] of [
    [`q=${none}`, 'Clear search'],
    ['access=pull', 'Clear filters'],
    [`q=${none}&access=pull`, 'Clear search and filters'],
  ] as const) {
    await page.goto(`${instance.project}/credentials?${asked}`);
    await expect(page.getByRole('link', { name: /^Clear/ }), asked).toHaveText(name);
  }
});

test('filters and order are in the address, and survive a reload', async ({ page, instance }) => {
  const prefix = unique('filter');
  await addCredential(page, instance, { name: `${prefix}-pull`, expires_on: '2020-01-31' });
  await addCredential(page, instance, { name: `${prefix}-push`, access: 'pull_push', registry_url: 'quay.io' });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await chooseFilters(page, { 'Registry URL': 'quay.io', 'Access': 'Pull and push', 'Used by': 'Never', 'Sort by': 'Last changed' });
  const asked = () => Object.fromEntries([...new URL(page.url()).searchParams].filter(([, value]) => value !== ''));
  await expect.poll(asked).toEqual({ q: prefix, registry: 'quay.io', access: 'pull_push', unused: '1', sort: 'changed' });
  await expect(rowOf(page, `${prefix}-push`)).toBeVisible();
  await expect(rowOf(page, `${prefix}-pull`)).toHaveCount(0);
  await page.reload();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page.getByLabel('Access', { exact: true })).toHaveValue('pull_push');
  await expect(page.getByLabel('Sort by', { exact: true })).toHaveValue('changed');

  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await chooseFilters(page, { State: 'Expired' });
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(rowOf(page, `${prefix}-pull`)).toBeVisible();
});

test('the filters in use are named, and each is taken away by itself', async ({ page, instance }) => {
  const prefix = unique('chip');
  await addCredential(page, instance, { name: `${prefix}-pull` });
  await addCredential(page, instance, { name: `${prefix}-push`, access: 'pull_push' });
  await page.goto(`${instance.project}/credentials?q=${prefix}&access=pull&unused=1&sort=changed`);
  await expect(rowOf(page, `${prefix}-push`)).toHaveCount(0);
  await page.getByRole('link', { name: 'Remove filter Access: Pull', exact: true }).click();
  await expect(rowOf(page, `${prefix}-push`)).toBeVisible();
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${prefix}&unused=1&sort=changed`);
  await expect(page.getByRole('link', { name: 'Remove filter Used by: Never', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Clear search and filters', exact: true }).click();
  await expect(page).toHaveURL(`${instance.project}/credentials?sort=changed`);
  await expect(page.getByRole('link', { name: /^Remove filter/ })).toHaveCount(0);
});

test('the head of a column sorts by it, and then the other way round', async ({ page, instance }) => {
  const prefix = unique('heads');
  for (const number of [10, 2, 1]) await addCredential(page, instance, { name: `${prefix}-host${number}` });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  const order = () =>
    page.getByRole('link', { name: /^Edit / }).evaluateAll((links) => links.map((link) => link.getAttribute('aria-label')!.replace(/.*host/, '')));
  const head = (name: string) => page.getByRole('columnheader', { name, exact: true });
  await expect.poll(order).toEqual(['1', '2', '10']);
  await expect(head('Name')).toHaveAttribute('aria-sort', 'ascending');
  await head('Name').getByRole('link').click();
  await expect(head('Name')).toHaveAttribute('aria-sort', 'descending');
  await expect.poll(order).toEqual(['10', '2', '1']);
  await head('Changed').getByRole('link').click();
  await expect(head('Changed')).toHaveAttribute('aria-sort', 'descending');
  await expect(head('Name')).not.toHaveAttribute('aria-sort');
  await expect.poll(order).toEqual(['1', '2', '10']);
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${prefix}&sort=changed`);
});

test('the order is by name, and by what was asked for', async ({ page, instance }) => {
  const prefix = unique('order');
  await addCredential(page, instance, { name: `${prefix} b`, registry_url: 'a.example.com', expires_on: '2099-01-01' });
  await addCredential(page, instance, { name: `${prefix} A`, registry_url: 'c.example.com', expires_on: '2098-01-01' });
  await addCredential(page, instance, { name: `${prefix} c`, registry_url: 'b.example.com' });
  for (const [sort, letters] of [['', 'Abc'], ['registry', 'bcA'], ['expires', 'Abc'], ['changed', 'cAb']]) {
    await page.goto(`${instance.project}/credentials?q=${prefix}&sort=${sort}`);
    const names = await page.getByRole('link', { name: /^Edit / }).evaluateAll((links) => links.map((link) => link.getAttribute('aria-label')));
    expect(names, sort).toEqual([...letters!].map((letter) => `Edit ${prefix} ${letter}`));
  }
});

test('an unknown filter value is refused, not ignored', async ({ page, instance }) => {
  for (const query of ['sort=sealed', 'state=x', 'method=1', 'access=*', 'after=0', 'before=-1']) {
    const response = await page.goto(`${instance.project}/credentials?${query}`);
    expect(response!.status(), query).toBe(400);
    await expect(page.getByRole('heading', { name: 'This address cannot be read' })).toBeVisible();
  }
});

test('fifty rows make a page', async ({ page, instance }) => {
  const prefix = unique('page');
  for (let i = 1; i <= 51; i++) {
    await addCredential(page, instance, { name: `${prefix}-${String(i).padStart(2, '0')}` });
  }
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await expect(page.getByText('51 credentials', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Edit / })).toHaveCount(50);
  await expect(pages.getByRole('link', { name: 'Previous' })).toHaveCount(0);

  await pages.getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(new RegExp(`/credentials\\?q=${prefix}&after=[\\w-]+$`));
  await expect(page.getByRole('link', { name: /^Edit / })).toHaveCount(1);
  await expect(rowOf(page, `${prefix}-51`)).toBeVisible();
  await expect(pages.getByRole('link', { name: 'Next' })).toHaveCount(0);
  const last = page.url();

  await pages.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByRole('link', { name: /^Edit / })).toHaveCount(50);
  await expect(rowOf(page, `${prefix}-01`)).toBeVisible();
  await expect(pages.getByRole('link', { name: 'Previous' })).toHaveCount(0);

  await page.goto(last);
  await rowOf(page, `${prefix}-51`).getByRole('link', { name: `Delete ${prefix}-51`, exact: true }).click();
  await confirm(page.getByRole('dialog'), 'Delete', instance.account.password);
  await expect(page.getByText('This page no longer exists.')).toBeVisible();
  await page.getByRole('link', { name: 'Go to the first page' }).click();
  await expect(page.getByRole('link', { name: /^Edit / })).toHaveCount(50);
  await expect(pages).toHaveCount(0);
});
