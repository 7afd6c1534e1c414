import { expectSaid } from '../support/credentials.ts';
import { confirm, expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('a rule waits for an admin to add its issuer, and stops when the issuer is removed', async ({ page, instance }) => {
  const { password } = instance.account;
  const [pipeline, issuer] = [unique('trusted'), 'https://gitlab.example.com'];
  await addPipeline(page, instance, { name: pipeline });
  const path = new URL(page.url()).pathname;
  const rule = { 'Issuer': issuer, 'Project id': '20', 'Git reference': 'refs/heads/main' };
  const addRule = async () => {
    await page.goto(`${path}/trust/new?provider=gitlab`);
    await page.getByText('Issuer and audience').click();
    await fillIn(page, { ...rule, 'Your password': password });
    await page.getByRole('button', { name: 'Add trust rule' }).click();
  };

  await addRule();
  await expectWrong(page, 'Issuer', 'This issuer is not on the list of trusted issuers.');
  await expectValues(page, { ...rule, 'Your password': '' });
  await page.getByRole('link', { name: 'Open the list of trusted issuers' }).click();
  await expect(page).toHaveURL('/admin/issuers');
  await expect(page.getByRole('heading', { name: 'Trusted issuers' })).toBeVisible();
  await expect(page.getByText('No issuers are on the list.')).toBeVisible();

  await fillIn(page, { 'Issuer': 'gitlab.example.com' });
  await confirm(page, 'Add issuer', password);
  await expectWrong(page, 'Issuer', 'The issuer must be an https:// address.');
  await expectValues(page, { 'Issuer': 'gitlab.example.com', 'Your password': '' });
  await fillIn(page, { 'Issuer': issuer });
  await confirm(page, 'Add issuer', 'not the password');
  await expectWrong(page, 'Your password', 'This is not your password');
  await expectValues(page, { 'Issuer': issuer });
  await confirm(page, 'Add issuer', password);
  await expectSaid(page, 'The issuer was added.');
  const row = page.getByRole('row').filter({ hasText: issuer });
  await expect(row).toContainText(`by ${instance.account.name}`);
  await expect(row.getByRole('cell', { name: '0', exact: true })).toBeVisible();

  await addRule();
  await expectSaid(page, 'The trust rule was added.');
  await page.goto('/admin/issuers');
  await expect(row.getByRole('cell', { name: '1', exact: true })).toBeVisible();
  await row.getByRole('link', { name: `Remove ${issuer}` }).click();
  const stopping = page.getByRole('region', { name: 'Trust rules that stop' });
  await expect(stopping.getByRole('cell', { name: pipeline })).toBeVisible();
  await confirm(page, 'Remove issuer', 'not the password');
  await expectWrong(page, 'Your password', 'This is not your password');
  await expect(stopping).toBeVisible();
  await confirm(page, 'Remove issuer', password);
  await expectSaid(page, 'The issuer was removed.');
  await expect(row).toHaveCount(0);
  await page.goto(`${path}/identity`);
  await expect(page.getByText('Issuer not trusted')).toBeVisible();
});
