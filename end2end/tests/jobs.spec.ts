import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('an admin sees how the jobs went and runs one now', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
  const row = page.getByRole('row', { name: /^Remove expired sessions and tokens/ });
  const run = page.getByRole('button', { name: 'Run now: Remove expired sessions and tokens' });
  // The server runs it by itself, soon after its start.
  await expect(async () => {
    await page.goto('/admin/jobs');
    await expect(row).toContainText('Succeeded', { timeout: 100 });
    await expect(run).toBeVisible({ timeout: 100 });
  }).toPass();
  await run.click();
  await expect(page.getByRole('status').filter({ hasText: 'The job was queued: Remove expired sessions and tokens.' })).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('a job is its name, and a line of how it went and when it runs next', async ({ page }) => {
    await page.goto('/admin/jobs');
    const rows = page.locator('.compact tbody > tr');
    await expect(rows.first()).toBeVisible();
    // Two lines of a name and two of the rest, where the times are long.
    for (const row of await rows.all()) expect((await row.boundingBox())!.height).toBeLessThanOrEqual(112);
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(1_600);
  });
});
