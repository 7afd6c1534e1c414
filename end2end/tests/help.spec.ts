import { fillIn } from '../support/form.ts';
import { expect, test } from '../support/test.ts';

test('a stranger finds the guides from the sign-in page', async ({ stranger }) => {
  await stranger.goto('/sign-in');
  await stranger.getByRole('link', { name: 'Help' }).click();
  await expect(stranger.getByRole('heading', { name: 'Help', level: 1 })).toBeVisible();
  await stranger.getByRole('main').getByRole('link', { name: 'Getting started' }).click();
  await expect(stranger.getByRole('heading', { name: 'Getting started', level: 1 })).toBeVisible();
});

test('the menu of a project leads to the guides, and the guides lead back', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('navigation').getByRole('link', { name: 'Help' }).click();
  await expect(page).toHaveURL('/help');
  await page.getByRole('link', { name: 'Back to Regcred' }).click();
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});

test('a search finds the paragraph of a registry', async ({ page }) => {
  await page.goto('/help');
  const main = page.getByRole('main');
  await fillIn(main, { 'Search the guides': 'fine-grained ghcr.io' });
  await main.getByRole('button', { name: 'Search' }).click();
  await main.getByRole('link', { name: 'Create a token · GitHub Container Registry' }).click();
  await expect(page).toHaveURL('/help/registries/ghcr#make');
  await expect(page.getByText('the registry does not accept them')).toBeInViewport();
});

test('a search without a result says what to do', async ({ page }) => {
  await page.goto('/help?q=zebra-crossing');
  await expect(page.getByRole('status')).toHaveText('Nothing was found. Try fewer words, or other ones.');
});

test('each heading of a guide has an address', async ({ page }) => {
  await page.goto('/help/troubleshooting');
  const parts = page.getByRole('navigation', { name: 'On this page' });
  await parts.getByRole('link', { name: 'Pull failed' }).click();
  await expect(page).toHaveURL('/help/troubleshooting#pull');
  await expect(page.getByRole('heading', { name: 'Pull failed' })).toBeInViewport();
});

test('a guide shows the lines of a pipeline, with names of an example', async ({ page }) => {
  await page.goto('/help/ci/github-actions');
  await expect(page.locator('pre').first()).toContainText('https://regcred.example.com/api/v1/token');
});

test('the reason of a refusal has an address', async ({ page }) => {
  await page.goto('/help/errors#not-approved');
  await expect(page.getByRole('heading', { name: 'waiting for approval', exact: true })).toBeInViewport();
});

test('a problem page leads to its paragraph', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials/nothing`);
  await page.getByRole('link', { name: 'What this means' }).click();
  await expect(page).toHaveURL('/help/errors#not-found');
});
