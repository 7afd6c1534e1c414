/** Other people of the project, added as somebody at the machine adds them. */
import type { Page } from '@playwright/test';
import { fillIn } from './form.ts';
import { run } from './process.ts';
import { secret, unique } from './secrets.ts';
import type { Account, Instance } from './server.ts';

export type Role = 'viewer' | 'auditor' | 'maintainer' | 'owner';

/** Runs a command of the server's program on its data, with this input. */
export async function command(instance: Instance, words: string[], input = ''): Promise<void> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const env = { ...inherited, REGCRED_DATA: instance.data, REGCRED_URL: instance.url };
  const running = run(process.env.REGCRED_BIN!, words, { env });
  running.child.stdin!.end(input);
  await running;
}

/** Adds somebody with this role to the first project; the name has to be one of its own. */
export function addMember(instance: Instance, role: Role, name?: string): Promise<Account> {
  return addUser(instance, ['--project', instance.project.replace('/p/', ''), '--role', role], name);
}

/** Adds somebody who belongs to no project, unless `membership` says otherwise. */
export async function addUser(instance: Instance, membership: string[] = [], name = unique('kim')): Promise<Account> {
  const account = { name, email: `${name}@example.com`, password: secret('correct horse') };
  const words = ['user', 'add', '--email', account.email, '--name', name, ...membership];
  await command(instance, words, `${account.password}\n`);
  return account;
}

/** Signs in, whoever was signed in before, and goes to `path`. */
export async function signIn(page: Page, account: Account, path: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await fillIn(page, { Email: account.email, Password: account.password });
  await page.getByRole('button', { name: 'Sign in' }).click();
}
