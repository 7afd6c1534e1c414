import { addCredential } from '../support/credentials.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

/** The day in so many days, as a date field wants it. */
const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString().slice(0, 10);

test('members are told that a credential expires, once, until they have read it', async ({ page, instance }) => {
  const name = unique('expiring');
  await page.goto(`${instance.project}/notifications`);
  await expect(page.getByText('Nothing has happened yet.')).toBeVisible();
  await addCredential(page, instance, { name, expires_on: inDays(5) });

  const run = page.getByRole('button', { name: 'Run now: Remind of credentials that expire or are due' });
  await expect(async () => {
    await page.goto('/admin/jobs');
    await run.click({ timeout: 500 });
    await page.goto(`${instance.project}/notifications`);
    await expect(page.getByRole('link', { name: `${name} expires on ${inDays(5)}.` })).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('Unread');
  await page.goto(`${instance.project}/credentials`);
  const inMenu = page.getByRole('link', { name: /Notifications/ });
  await expect(inMenu).toContainText('1');

  await page.goto(`${instance.project}/notifications`);
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The notifications are marked as read.' })).toBeVisible();
  await expect(page.getByText('Unread')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Mark all as read' })).toHaveCount(0);
  await page.getByRole('link', { name: `${name} expires on ${inDays(5)}.` }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
});
