/** Registry credentials on a page, and the short way to some. */
import { expect, type Locator, type Page } from '@playwright/test';
import { post } from './post.ts';
import { secret } from './secrets.ts';
import type { Instance } from './server.ts';

/** The fields of the create form by the names they are sent under. */
export type Draft = { name: string } & Record<string, string>;

/** Makes a credential without its page, for tests about what comes after. */
export async function addCredential(page: Page, instance: Instance, draft: Draft): Promise<void> {
  const response = await post(page, `${instance.url}/rpc/credentials/create`, {
    project: instance.project.replace('/p/', ''),
    registry_url: 'registry.example.com',
    method: 'password',
    username: 'acme-bot',
    password: secret(),
    access: 'pull',
    anyway: 'true',
    ...draft,
  });
  expect(response.headers()['location'], 'where the post leads').toContain('?said=');
}

/** Goes to the list, narrowed to the name; gives the row. */
export async function openRow(page: Page, instance: Instance, name: string): Promise<Locator> {
  await page.goto(`${instance.project}/credentials?q=${encodeURIComponent(name)}`);
  return rowOf(page, name);
}

/** The row of the list with this name. */
export function rowOf(page: Page, name: string): Locator {
  // Where there is little room, the pencil is not shown.
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** The path of the credential's own page. */
export async function pathOf(page: Page, instance: Instance, name: string): Promise<string> {
  const row = await openRow(page, instance, name);
  const own = await row.getByRole('link', { name, exact: true }).getAttribute('href');
  return new URL(own!, instance.url).pathname;
}

/** Opens the create dialog. */
export async function openNew(page: Page, instance: Instance): Promise<Locator> {
  await page.goto(`${instance.project}/credentials/new`);
  return page.getByRole('dialog', { name: 'Add Registry' });
}

/** Opens the edit dialog of the credential with this name. */
export async function openEdit(page: Page, instance: Instance, name: string): Promise<Locator> {
  await page.goto(`${await pathOf(page, instance, name)}/edit`);
  return page.getByRole('dialog', { name: `Edit ${name}` });
}

/** Opens the dialog that replaces the secret of the credential with this name. */
export async function openReplace(page: Page, instance: Instance, name: string): Promise<Locator> {
  await page.goto(`${await pathOf(page, instance, name)}/secret`);
  return page.getByRole('dialog', { name: `Replace secret of ${name}` });
}

/** Presses the dialog's Create, Save Changes or Replace secret. */
export async function send(dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: /^(Create|Save Changes|Replace secret)$/ }).click();
}

/** The page is the list at this address again, whatever it has to say besides, and no dialog is over it. */
export async function expectListAt(page: Page, address: string): Promise<void> {
  const placeOf = (at: string) => {
    const { pathname, searchParams } = new URL(at);
    searchParams.delete('said');
    return { pathname, asked: Object.fromEntries(searchParams) };
  };
  await expect.poll(() => placeOf(page.url())).toEqual(placeOf(address));
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** The sentence that the list says after a save. */
export async function expectSaid(page: Page, sentence: string): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: sentence })).toBeVisible();
}
