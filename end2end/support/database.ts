/** The database of a running server, for what no page can do to it. */
import { join } from 'node:path';
import { run } from './process.ts';
import type { Server } from './server.ts';

/** Changes the last bit of the stored secret of the credential with this name, as a failing disk would. */
export async function damageSecret(server: Server, name: string): Promise<void> {
  if (!/^[\w-]+$/.test(name)) throw new Error('This name would need quoting.');
  const of = `WHERE credential_id = (SELECT id FROM credential WHERE name = '${name}')`;
  const sealed = await query(server, `SELECT hex(sealed) FROM secret_version ${of}`);
  const last = Number.parseInt(sealed.slice(-1), 16) ^ 1;
  const changed = sealed.slice(0, -1) + last.toString(16);
  await query(server, `UPDATE secret_version SET sealed = X'${changed}' ${of}`);
}

/** Changes the first event of the first project, as somebody who writes to the database could. */
export async function changeFirstEvent(server: Server): Promise<void> {
  const ofProject = 'chain = (SELECT id FROM project LIMIT 1)';
  const first = `seq = (SELECT MIN(seq) FROM audit_event WHERE ${ofProject})`;
  await query(server, `UPDATE audit_event SET subject = 'x' WHERE ${ofProject} AND ${first}`);
}

/** What the statement answers. It waits for its turn beside the server. */
async function query(server: Server, statement: string): Promise<string> {
  const file = join(server.data, 'regcred.db');
  return (await run('sqlite3', ['-cmd', '.timeout 10000', file, statement])).stdout.trim();
}
