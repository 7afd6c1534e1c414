import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential } from '../support/credentials.ts';
import { everyPage, PAGES } from '../support/pages.ts';
import { unique } from '../support/secrets.ts';
import { STATES } from '../support/states.ts';
import { expect, test } from '../support/test.ts';

for (const what of PAGES) {
  test(`axe finds nothing on ${what}`, async ({ scannable, instance }) => {
    const pages = await everyPage(scannable, instance);
    // Who is signed in does not see it.
    if (what === 'signing in') await scannable.context().clearCookies();
    await scannable.goto(pages[what]!);
    await expectAccessible(scannable, what);
  });
}

test('no page is left out of these tests', async ({ page, instance }) => {
  expect(Object.keys(await everyPage(page, instance))).toEqual(PAGES);
});

for (const [what, reach] of Object.entries(STATES)) {
  test(`axe finds nothing on ${what}`, async ({ scannable, instance }) => {
    await reach(scannable, instance);
    await expectAccessible(scannable, what);
  });
}

test('axe finds nothing on the set-up form', async ({ scannable, newServer }) => {
  await scannable.goto(newServer.setupLink);
  await expectAccessible(scannable, 'the set-up form');
});

test('axe finds nothing on the page to sign in before the set-up', async ({ scannable, newServer }) => {
  await scannable.goto(`${newServer.url}/sign-in`);
  await expect(scannable.getByText('This instance is not set up yet')).toBeVisible();
  await expectAccessible(scannable, 'signing in before the set-up');
});

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('axe finds nothing on the empty lists', async ({ scannable, instance }) => {
    for (const noun of ['credentials', 'pipelines']) {
      await scannable.goto(`${instance.project}/${noun}`);
      await expectAccessible(scannable, `no ${noun}`);
    }
  });

  test('axe finds nothing on the first steps', async ({ scannable, instance }) => {
    await addCredential(scannable, instance, { name: unique('first') });
    await scannable.goto(`${instance.project}/credentials`);
    await expect(scannable.getByRole('region', { name: 'First steps' })).toBeVisible();
    await expectAccessible(scannable, 'the first steps');
  });
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('no page is wider than 360 px', async ({ page, instance }) => {
    // It goes through every page.
    test.slow();
    const long = 'a'.repeat(60);
    await addCredential(page, instance, { name: unique(long), registry_url: `${long}.example.com`, username: long });
    const pages = { ...(await everyPage(page, instance)), 'long names': `${instance.project}/credentials?q=${long}` };
    for (const [what, address] of Object.entries(pages)) {
      await page.goto(address);
      await expectNoSideScroll(page, what);
    }
  });
});
