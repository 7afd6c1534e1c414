import type { Page } from '@playwright/test';
import { post } from '../support/post.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import type { Account } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test.use({ signedIn: false });

const VAGUE = 'The email or the password is incorrect.';

async function signIn(page: Page, { email, password }: Pick<Account, 'email' | 'password'>): Promise<void> {
  await fillIn(page, { Email: email, Password: password });
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('signing in leads to the project', async ({ page, instance }) => {
  await page.goto('/');
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});

test('the case of the email address does not matter', async ({ page, instance }) => {
  await page.goto('/sign-in');
  await signIn(page, { ...instance.account, email: ' DANA@example.com' });
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});

test('a wrong password and an unknown address get the same vague sentence', async ({ page, instance }) => {
  for (const email of [instance.account.email, 'nobody@example.com']) {
    await page.goto('/sign-in');
    await signIn(page, { email, password: 'not the password' });
    await expectWrong(page, 'Password', VAGUE);
    await expectValues(page, { Email: email, Password: '' });
  }
});

test('after a wrong password, the right one still leads to the requested page', async ({ page, instance }) => {
  await page.goto(`${instance.project}/pipelines`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signIn(page, { ...instance.account, password: 'not the password' });
  await expectWrong(page, 'Password', VAGUE);
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/pipelines`);
});

test('an address of the list is found again after signing in', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials?q=ghcr&sort=changed`);
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/credentials?q=ghcr&sort=changed`);
});

for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)']) {
  test(`next does not lead elsewhere: ${JSON.stringify(next)}`, async ({ page, instance }) => {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, instance.account);
    await expect(page).toHaveURL(`${instance.project}/credentials`);
  });
}

test.describe('on a server of its own', () => {
  test.use({ fresh: true });

  test('after ten wrong passwords even the right one must wait', async ({ page, instance }) => {
    await page.goto('/sign-in');
    for (let attempt = 0; attempt < 10; attempt++) {
      await signIn(page, { ...instance.account, password: 'not the password' });
      await expectWrong(page, 'Password', VAGUE);
    }
    await signIn(page, instance.account);
    await expect(page.getByRole('alert')).toContainText(/Too many attempts\. Wait a minute and try again\./);
    await expectValues(page, { Email: instance.account.email });
  });
});

test('after signing out, Back shows nothing and the session is dead', async ({ page, context, stranger, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await page.goto(`${instance.project}/pipelines`);
  const { cookies } = await context.storageState();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole('navigation', { name: 'Project' })).toHaveCount(0);

  await stranger.context().addCookies(cookies);
  await stranger.goto(`${instance.project}/credentials`);
  await expect(stranger).toHaveURL(/\/sign-in/);
});

test('signing in makes a new session, whatever was there before', async ({ page, context, instance }) => {
  await page.goto('/sign-in');
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  const before = (await context.storageState()).cookies;
  // The page leads on: only a form that was open before is sent again.
  const { email, password } = instance.account;
  const again = await post(page, `${instance.url}/rpc/session/create`, { email, password });
  expect(again.status()).toBe(302);
  const after = (await context.storageState()).cookies;
  const session = (cookies: typeof before) => cookies.find(({ name }) => name === 'sid')?.value;
  expect(session(before)).toBeTruthy();
  expect(session(after)).toBeTruthy();
  expect(session(after)).not.toBe(session(before));
  // The session, and the mark of a browser that was signed in here before.
  expect(after.map(({ name }) => name).sort()).toEqual(['known', 'sid']);
  for (const cookie of after) {
    expect(cookie).toEqual(expect.objectContaining({ httpOnly: true, sameSite: 'Lax', path: '/' }));
  }
});

test('the page to sign in leads on who is signed in', async ({ page, instance }) => {
  await page.goto('/sign-in');
  await signIn(page, instance.account);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await page.goto('/sign-in');
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await page.goto(`/sign-in?next=${encodeURIComponent(`${instance.project}/pipelines`)}`);
  await expect(page).toHaveURL(`${instance.project}/pipelines`);
});

test('a form that was open when the session ended is kept, and the page to sign in says so', async ({ page, context, instance }) => {
  await page.goto(`${instance.project}/credentials/new`);
  await signIn(page, instance.account);
  const dialog = page.getByRole('dialog', { name: 'Add Registry' });
  await fillIn(dialog, { Name: 'typed before' });
  const { cookies } = await context.storageState();
  await context.clearCookies();
  await context.addCookies(cookies.filter(({ name }) => name !== 'sid'));
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('status')).toContainText('What you typed is kept');
  await signIn(page, instance.account);
  await expectValues(dialog, { Name: 'typed before' });
});
