/** Pictures of one page: at both widths, light and dark, and with the colours of the system alone. */
import type { Page } from '@playwright/test';
import { join } from 'node:path';

const folder = process.env.REGCRED_SHEET;
if (!folder) throw new Error('Set REGCRED_SHEET to the folder for the pictures.');

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];

/** Takes the pictures of the page as it is now. They are sorted by `number`. */
export async function draw(page: Page, number: number, what: string): Promise<void> {
  const name = `${String(number).padStart(3, '0')}-${what.replace(/[^a-z0-9]+/gi, '-')}`;
  const take = async (end: string) => {
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await page.screenshot({ path: join(folder!, `${name}-${end}.png`), fullPage: true, animations: 'disabled' });
  };
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, forcedColors: 'none' });
      await take(`${size.width}-${colorScheme}`);
    }
  }
  await page.setViewportSize(SIZES[0]!);
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await take('1280-forced');
}
