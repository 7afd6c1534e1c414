import { setUp } from '../support/server.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { secret } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test.use({ signedIn: false });

const dana = () => ({ name: 'Dana Kim', email: 'dana@example.com', password: secret('correct horse') });

test('the printed link makes the first person, their project, and signs them in', async ({ page, newServer }) => {
  await page.goto(newServer.setupLink);
  await setUp(page, dana());
  await expect(page).toHaveURL(`${newServer.url}/p/acme/credentials`);
  await expect(page.getByRole('heading', { name: 'Registry Credentials', exact: true })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText('Acme');
  const account = page.getByRole('navigation', { name: 'Account' });
  await expect(account).toContainText('Dana Kim');
  await expect(account).toContainText('Owner');
});

test('the link works once', async ({ page, stranger, newServer }) => {
  await stranger.goto(newServer.setupLink);
  await page.goto(newServer.setupLink);
  await setUp(page, dana());
  await expect(page).toHaveURL(/\/p\/acme\/credentials$/);

  await setUp(stranger, { ...dana(), name: 'Mallory', email: 'mallory@example.com' });
  await expect(stranger.getByText('This link does not work: it was used already')).toBeVisible();

  await stranger.goto(newServer.setupLink);
  await expect(stranger.getByText('This link does not work: it was used already')).toBeVisible();
  await expect(stranger.getByRole('textbox')).toHaveCount(0);
});

test('a wrong link says so and shows no form', async ({ page, newServer }) => {
  for (const link of ['/setup', '/setup?link=', '/setup?link=wrong', `${newServer.setupLink}x`]) {
    await page.goto(new URL(link, newServer.url).href);
    await expect(page.getByText('This link does not work')).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveCount(0);
  }
});

test('there is no default password', async ({ page, newServer }) => {
  await page.goto(`${newServer.url}/sign-in`);
  for (const [email, password] of [['admin@example.com', 'admin'], ['admin@localhost', 'password'], ['root@localhost', '']]) {
    await fillIn(page, { Email: email!, Password: password! });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectWrong(page, 'Password', /is incorrect/);
  }
});

test('nothing can be seen before the set-up', async ({ page, newServer }) => {
  for (const path of ['/', '/p/acme/credentials', '/p/acme/pipelines']) {
    await page.goto(newServer.url + path);
    await expect(page).toHaveURL(/\/sign-in/);
    const said = page.getByRole('status');
    await expect(said).toContainText('This instance is not set up yet');
    await expect(said).toContainText('regcred setup-link');
  }
});

test('a weak password is refused, and the rest of the form is kept', async ({ page, newServer }) => {
  await page.goto(newServer.setupLink);
  await setUp(page, { ...dana(), password: 'short' });
  await expectWrong(page, 'Password', /Use at least 12 characters/);
  await expectValues(page, {
    'Project name': 'Acme',
    'Your name': 'Dana Kim',
    'Email': 'dana@example.com',
    'Password': '',
  });
  await setUp(page, dana());
  await expect(page).toHaveURL(/\/p\/acme\/credentials$/);
});
