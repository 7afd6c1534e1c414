import { addCredential, pathOf } from '../../support/credentials.ts';
import { addMember, signIn } from '../../support/members.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a credential says who can read its secret: owners and maintainers, and not viewers or auditors', async ({ page, instance }) => {
  const name = unique('obtained');
  await addCredential(page, instance, { name });
  const [owner, maintainer] = [await addMember(instance, 'owner'), await addMember(instance, 'maintainer')];
  const [viewer, auditor] = [await addMember(instance, 'viewer'), await addMember(instance, 'auditor')];
  await page.goto(`${await pathOf(page, instance, name)}/readers`);
  const section = page.getByRole('region', { name: 'Who can read the secret' });
  const listed = (person: string) => section.getByRole('listitem').filter({ hasText: person });
  await expect(listed(instance.account.name)).toContainText('Owner');
  await expect(listed(owner.name)).toContainText('Owner');
  await expect(listed(maintainer.name)).toContainText('Maintainer');
  for (const person of [viewer, auditor]) await expect(section).not.toContainText(person.name);
});

test('the name leads a viewer to the details, and there is nothing to change', async ({ page, stranger, instance }) => {
  const name = unique('seen');
  await addCredential(page, instance, { name });
  const list = `${instance.project}/credentials?q=${name}`;
  await signIn(stranger, await addMember(instance, 'viewer'), list);
  const row = stranger.getByRole('row').filter({ hasText: name });
  await row.getByRole('link', { name, exact: true }).click();
  await expect(stranger).toHaveURL(/\/credentials\/[0-9a-f-]{36}$/);
  await expect(stranger.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(stranger.getByRole('link', { name: /^(Edit|Delete)$/ })).toHaveCount(0);
  await expect(stranger.getByRole('button', { name: 'Disable', exact: true })).toHaveCount(0);

  await stranger.goto(list);
  await expect(row).toBeVisible();
  for (const label of ['Add Registry', `Edit ${name}`, `Delete ${name}`]) {
    await expect(stranger.getByRole('link', { name: label, exact: true })).toHaveCount(0);
  }
  await row.getByRole('button', { name: `More actions for ${name}` }).click();
  await expect(row.getByRole('link', { name: 'View details' })).toBeVisible();
  await expect(row.getByRole('link', { name: /^(Edit|Delete)$/ })).toHaveCount(0);
  await expect(row.getByRole('button', { name: 'Disable', exact: true })).toHaveCount(0);
});

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('the empty list tells a viewer who can add a credential', async ({ stranger, instance }) => {
    await signIn(stranger, await addMember(instance, 'viewer'), `${instance.project}/credentials`);
    await expect(stranger.getByRole('heading', { name: 'No registry credentials yet' })).toBeVisible();
    await expect(stranger.getByText('Your role can view credentials.')).toBeVisible();
    await expect(stranger.getByRole('link', { name: 'Add Registry' })).toHaveCount(0);
  });
});
