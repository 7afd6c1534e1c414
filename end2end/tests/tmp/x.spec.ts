import { test, expect } from '../../support/test.ts';
import { expectAccessible } from '../../support/axe.ts';
test('signed in', async ({ page, instance, stranger, scannable }) => {
  expect(instance.project).toBe('/p/acme');
  await page.goto(`${instance.project}/credentials`);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await expect(page.getByText('cookie sid=abc')).toBeVisible();
  await stranger.goto('/p/acme/credentials');
  await expect(stranger.getByText('cookie none')).toBeVisible();
  await scannable.goto('/p/acme/credentials');
  await expect(scannable.getByText('cookie sid=abc')).toBeVisible();
  await expectAccessible(scannable, 'x');
});
test.describe('fresh', () => { test.use({ fresh: true, signedIn: false });
test('out', async ({ page, instance, newServer }) => {
  await page.goto('/p/acme/credentials');
  await expect(page.getByText('cookie none')).toBeVisible();
  await page.goto(newServer.setupLink);
  expect(instance.url).not.toBe(newServer.url);
});
test('bad: guard fails', async ({ page }) => {
  test.fail();
  await page.goto('/x'); await page.goto('http://localhost:1/').catch(() => {});
  await page.setContent('<p>x</p>');
  expect(1).toBe(2);
});
});
