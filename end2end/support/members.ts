/** Other people of the project, added as somebody at the machine adds them. */
import type { Page } from '@playwright/test';
import { fillIn } from './form.ts';
import { run } from './process.ts';
import { secret, unique } from './secrets.ts';
import type { Account, Instance } from './server.ts';

export type Role = 'viewer' | 'auditor' | 'maintainer' | 'owner';

/** Adds somebody with this role to the first project; the name has to be one of its own. */
export async function addMember(instance: Instance, role: Role, name = unique('kim')): Promise<Account> {
  const account = { name, email: `${name}@example.com`, password: secret('correct horse') };
  const project = instance.project.replace('/p/', '');
  const words = ['user', 'add', '--email', account.email, '--name', name, '--project', project, '--role', role];
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', REGCRED_DATA: instance.data };
  const adding = run(process.env.REGCRED_BIN!, words, { env });
  adding.child.stdin!.end(`${account.password}\n`);
  await adding;
  return account;
}

/** Signs in, whoever was signed in before, and goes to `path`. */
export async function signIn(page: Page, account: Account, path: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await fillIn(page, { Email: account.email, Password: account.password });
  await page.getByRole('button', { name: 'Sign in' }).click();
}
