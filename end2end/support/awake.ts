/** Pages whose scripts have begun to run. */
import { expect, type Page } from '@playwright/test';

/** Waits until keys are listened to, on a page with a search. */
export async function isAwake(page: Page): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('/');
    await expect(page.getByRole('searchbox')).toBeFocused({ timeout: 100 });
  }).toPass();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}
