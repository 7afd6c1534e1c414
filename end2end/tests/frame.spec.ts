import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential, pathOf } from '../support/credentials.ts';
import { addMember, signIn } from '../support/members.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test('a message can be put away, and the page stays', async ({ page, instance }) => {
  const name = unique('away');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const put = page.getByRole('link', { name: 'Put away' });
  await expect(put).toHaveAttribute('href', path);
  await put.click();
  await expect(put).toHaveCount(0);
  await expect(page).toHaveURL(path);
});

test('a time says how long ago it was, and exactly when', async ({ page, instance }) => {
  const name = unique('when');
  await addCredential(page, instance, { name });
  await page.goto(await pathOf(page, instance, name));
  const time = page.locator('time[datetime*=":"]').first();
  await expect(time).toHaveText(/^(just now|\d+ min ago)$/);
  await expect(time).toHaveAttribute('title', /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  await expect(time).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('the header and the navigation stay in sight', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await page.evaluate(() => {
    document.querySelector('main')!.style.minHeight = '300vh';
    window.scrollTo(0, 900);
  });
  await expect(page.getByRole('link', { name: 'Regcred' })).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport();
  await expect(page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Pipelines' })).toBeInViewport();
});

test.describe('on a small laptop', () => {
  test.use({ viewport: { width: 1024, height: 768 } });

  test('a long name is cut, and leaves the project its room in the header', async ({ page, instance }) => {
    const member = await addMember(instance, 'maintainer', unique('kim').padEnd(60, 'x'));
    await signIn(page, member, `${instance.project}/credentials`);
    const name = page.getByTitle(member.name, { exact: true });
    await expect(name).toBeVisible();
    expect(await name.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
    const account = (await page.getByRole('navigation', { name: 'Account' }).boundingBox())!;
    const room = await page.locator('header.site-head').evaluate((head) => {
      return head.getBoundingClientRect().right - parseFloat(getComputedStyle(head).paddingInlineEnd);
    });
    expect(account.x).toBeGreaterThanOrEqual(room - 1);
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport({ ratio: 1 });
    await expectNoSideScroll(page, 'a page with a long name');
  });
});

test.describe('on a server of its own', () => {
  test.use({ fresh: true });

  test('the reminder to back up the key goes when somebody has a backup', async ({ page, instance }) => {
    await page.goto(`${instance.project}/credentials?q=ghcr`);
    const notice = page.getByRole('complementary', { name: 'Backup' });
    await expect(notice).toContainText('Back it up separately.');
    await notice.getByRole('button', { name: 'I have a backup' }).click();
    await expect(page.getByText('The encryption key is marked as backed up.')).toBeVisible();
    await expect(notice).toHaveCount(0);
    await page.goto('/admin/keys');
    await expect(page.getByText('has a backup of this file.')).toBeVisible();
  });
});

test.describe('on a phone', () => {
  // The list of a project of its own has no names but its own.
  test.use({ fresh: true, viewport: { width: 390, height: 844 } });

  test('the header is one line, and everything of it is behind one button', async ({ page, instance }) => {
    await page.goto(`${instance.project}/credentials`);
    const head = await page.locator('header.site-head').boundingBox();
    expect(head!.height).toBeLessThanOrEqual(48);
    const navigation = page.getByRole('navigation', { name: 'Project' });
    await expect(navigation).toBeHidden();
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await expect(navigation.getByRole('link', { name: 'Pipelines' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
    await expectNoSideScroll(page, 'the menu');
    await navigation.getByRole('link', { name: 'Pipelines' }).click();
    await expect(page.getByRole('heading', { name: 'Pipelines', level: 1 })).toBeVisible();
  });

  test('axe finds nothing on the open menu', async ({ scannable, instance }) => {
    await scannable.goto(`${instance.project}/credentials`);
    await scannable.getByRole('button', { name: 'Menu', exact: true }).click();
    await expectAccessible(scannable, 'the menu of a phone');
  });
});

test('axe finds nothing on the open list of keys', async ({ scannable, instance }) => {
  await scannable.goto(`${instance.project}/credentials`);
  await scannable.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expectAccessible(scannable, 'the keys');
});
