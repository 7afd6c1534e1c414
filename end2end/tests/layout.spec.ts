import type { Locator, Page } from '@playwright/test';
import { expectNoSideScroll } from '../support/axe.ts';
import { addCredential } from '../support/credentials.ts';
import { everyPage, LONG } from '../support/pages.ts';
import { addPipeline, fetchConfig, pathOfPipeline } from '../support/pipelines.ts';
import { post } from '../support/post.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** As many rows as most lists have. */
const ROWS = 24;
/** Two screens. */
const HIGHEST = 1600;

const isGuide = (address: string) => address.startsWith('/help');
/** It is made to be printed, with everything in it. */
const isReport = (address: string) => address.endsWith('/report');
/** It says of each credential of the registry why it is not the one: as long as there are such. */
const isAnswer = (what: string) => what === 'an answer of the explainer';

/** Makes lists of everything, and gives the address of each. */
async function fill(page: Page, instance: Instance): Promise<Record<string, string>> {
  const prefix = unique('many');
  for (let i = 0; i < ROWS; i++) {
    await addCredential(page, instance, { name: `${prefix}-${i}`, description: `What team ${i} pulls`, registry_url: 'ghcr.io', paths: `acme/team-${i}` });
    const made = await post(page, `${instance.url}/rpc/pipelines/create`, {
      'project': instance.project.replace('/p/', ''),
      'form[name]': `${prefix}-${i}`,
      'form[description]': '',
      'form[token_days]': '30',
      'password': instance.account.password,
    });
    expect(made.headers()['location'], 'where the post leads').toContain('?once=');
  }
  const token = await addPipeline(page, instance, { name: prefix, credentials: [`${prefix}-0`, `${prefix}-1`] });
  const pipeline = pathOfPipeline(page);
  for (let i = 0; i < ROWS; i++) {
    await fetchConfig(instance, token, { run: { 'Regcred-Run': `run-${i}`, 'Regcred-Branch': 'main' } });
  }
  return {
    'a full list': `${instance.project}/credentials`,
    'a full list of pipelines': `${instance.project}/pipelines`,
    'a pipeline that fetched often': pipeline,
    'what a pipeline received often': `${pipeline}/deliveries`,
  };
}

test.describe('in a project of its own', () => {
  test.use({ fresh: true });

  test('no page but a guide is higher than two screens', async ({ page, instance }) => {
    // It goes through every page.
    test.slow();
    const pages = { ...(await everyPage(page, instance)), ...(await fill(page, instance)) };
    const high: string[] = [];
    for (const [what, address] of Object.entries(pages).filter(([what, address]) => !isGuide(address) && !isReport(address) && !isAnswer(what))) {
      await page.goto(address);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      if (height > HIGHEST) high.push(`${what}: ${height} px`);
    }
    expect(high).toEqual([]);
  });
});

/** What a dialog cannot do without, by its labels, and the button that sends it. One that deletes a credential
    first says what breaks, however long that is. */
const DIALOGS: Record<string, { fields: string[]; button: string }> = {
  'the create dialog for a key file': { fields: ['Registry URL', 'Name', 'Access'], button: 'Create' },
  'the edit dialog': { fields: ['Username', 'Password', 'Name', 'Access'], button: 'Save Changes' },
  'the dialog for another secret': { fields: ['Password', 'Expires on (Optional)'], button: 'Replace secret' },
  'granting a credential': { fields: ['Pipeline', 'Access', 'Your password'], button: 'Grant' },
  'the create dialog of pipelines': { fields: ['Name', 'Your password'], button: 'Create' },
  'revoking a token': { fields: [], button: 'Revoke' },
  'the edit dialog of a pipeline': { fields: ['Name'], button: 'Save Changes' },
  'the delete dialog of a pipeline': { fields: [], button: 'Delete' },
  'deleting a trust rule': { fields: [], button: 'Delete' },
  'revoking a grant': { fields: [], button: 'Revoke' },
};

/** It is in the window whole, and nothing lies over it. */
async function expectInSight(control: Locator, what: string): Promise<void> {
  await expect(control, what).toBeInViewport({ ratio: 1 });
  const isOnTop = await control.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return element === top || element.contains(top);
  });
  expect(isOnTop, `${what} is covered`).toBe(true);
}

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test.describe(`at ${viewport.width} x ${viewport.height}`, () => {
    test.use({ viewport, fresh: true });

    test('what a dialog cannot do without, and its button, are in sight', async ({ page, instance }) => {
      const pages = await everyPage(page, instance);
      for (const [what, { fields, button }] of Object.entries(DIALOGS)) {
        await page.goto(pages[what]!);
        const dialog = page.getByRole('dialog');
        for (const label of fields) await expectInSight(dialog.getByLabel(label, { exact: true }), `${what}: ${label}`);
        await expectInSight(dialog.getByRole('button', { name: button, exact: true }), `${what}: ${button}`);
      }
    });
  });
}

test('no dialog scrolls sideways, with what was delivered in it', async ({ page, instance }) => {
  const pages = await everyPage(page, instance);
  for (const what of ['the question before a credential is compromised', 'the question before a credential is disabled', 'the delete dialog']) {
    await page.goto(pages[what]!);
    await expect(page.getByRole('dialog').getByRole('row'), what).not.toHaveCount(0);
    const room = await page.locator('.dialog-body').evaluate((body) => body.clientWidth - body.scrollWidth);
    expect(room, what).toBe(0);
  }
});

// A window of 1280 px that is zoomed to 200 %.
test.describe('zoomed to 200 %', () => {
  test.use({ viewport: { width: 640, height: 400 } });

  test('no page scrolls sideways, and the button of each dialog is in sight', async ({ page, instance }) => {
    // It goes through every page.
    test.slow();
    for (const [what, address] of Object.entries(await everyPage(page, instance))) {
      await page.goto(address);
      await expectNoSideScroll(page, what);
      const dialog = DIALOGS[what];
      if (dialog && dialog.fields.length > 0) {
        await expectInSight(page.getByRole('dialog').getByRole('button', { name: dialog.button, exact: true }), what);
      }
    }
  });
});

test.describe('with long names', () => {
  test.use({ fresh: true });

  test('no page scrolls sideways, however wide the window is', async ({ page, instance }) => {
    // It goes through every page.
    test.slow();
    const wide: string[] = [];
    for (const [what, address] of Object.entries(await everyPage(page, instance, LONG))) {
      await page.goto(address);
      for (const width of [320, 640, 800, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
        if (scrolled > width) wide.push(`${what}: ${scrolled} px at ${width}`);
      }
    }
    expect(wide).toEqual([]);
  });
});

test('with forced colours every button has an edge, and what has the focus a ring', async ({ page, instance }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const pages = await everyPage(page, instance);
  for (const what of ['the list', 'the create dialog', 'a credential', 'what proves a pipeline', 'revoking a token', 'the guides']) {
    await page.goto(pages[what]!);
    // From now on the focus is that of somebody who uses the keyboard.
    await page.keyboard.press('Tab');
    const faults = await page.evaluate(() => {
      const controls = 'button, a[href], input:not([type=hidden]), select, textarea, summary';
      const found = [...document.querySelectorAll<HTMLElement>(controls)];
      return found.flatMap((control) => {
        if (!control.checkVisibility({ visibilityProperty: true }) || control.closest('[inert]')) return [];
        control.focus({ preventScroll: true });
        if (document.activeElement !== control) return [];
        const { outlineStyle, outlineWidth, borderStyle } = getComputedStyle(control);
        const name = `${control.tagName} ${control.className} ${control.textContent?.trim()}`;
        const hasRing = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
        const hasEdge = !control.classList.contains('button') || borderStyle !== 'none';
        return [...(hasRing ? [] : [`no ring: ${name}`]), ...(hasEdge ? [] : [`no edge: ${name}`])];
      });
    });
    expect(faults, what).toEqual([]);
  }
});

test('with forced colours the current tab alone is underlined, and the heads of a table have a line', async ({ page, instance }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const pages = await everyPage(page, instance);
  const line = (element: Element) => getComputedStyle(element).borderBlockEndWidth;
  await page.goto(pages['a credential']!);
  const tabs = page.locator('.tabs').getByRole('link');
  const underlined = await tabs.evaluateAll((all) => {
    return all.filter((tab) => getComputedStyle(tab).borderBlockEndWidth !== '0px').map((tab) => tab.textContent?.trim());
  });
  expect(underlined).toEqual(['Overview']);
  await page.goto(pages['the list']!);
  expect(await page.getByRole('columnheader').first().evaluate(line)).toBe('1px');
});

for (const viewport of [{ width: 1280, height: 400 }, { width: 390, height: 844 }]) {
  test(`at ${viewport.width} x ${viewport.height} the filters are in the window, whatever there are`, async ({ page, instance }) => {
    await page.setViewportSize(viewport);
    for (const list of ['credentials', 'audit']) {
      await page.goto(`${instance.project}/${list}`);
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await expect(page.locator('.filter-panel'), list).toBeInViewport({ ratio: 1 });
    }
  });
}
