/** What axe finds on a page, light and dark. */
import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const OPTIONS: axe.RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  // What is in order need not be told at length.
  resultTypes: ['violations'],
};

/** Only colours differ in the dark. */
const IN_THE_DARK: axe.RunOptions = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
  resultTypes: ['violations'],
};

/** There is nothing to find, in either colour scheme. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // No page of ours has frames: so axe looks from within, and need not be put into a page of its own.
  expect(page.frames(), `the frames of ${what}`).toHaveLength(1);
  await page.evaluate(axe.source);
  // What is folded away is part of the page.
  await page.evaluate(() => document.querySelectorAll('details').forEach((fold) => (fold.open = true)));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const violations = await page.evaluate(
      async (options) => (await (window as unknown as { axe: typeof axe }).axe.run(document, options)).violations,
      colorScheme === 'light' ? OPTIONS : IN_THE_DARK,
    );
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    );
    expect(found, `${what}, ${colorScheme}`).toEqual([]);
  }
}

/** Nothing is wider than the window. */
export async function expectNoSideScroll(page: Page, what: string): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth, what).toBeLessThanOrEqual(clientWidth);
}
