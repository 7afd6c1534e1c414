/** A real registry with a password, and a real client for it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start } from './process.ts';

export type Registry = {
  /** `localhost:PORT`; it speaks plain http. */
  host: string;
  /** What it has: repositories, and uploads that were begun and not ended. */
  holds(): Promise<{ repositories: string[]; uploads: number }>;
  stop(): Promise<void>;
};

/** Debian's docker-registry, which knows one user. */
export async function startRegistry(username: string, password: string): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'regcred-registry-'));
  const passwords = join(folder, 'htpasswd');
  await writeFile(passwords, (await run('htpasswd', ['-Bbn', username, password])).stdout);
  const config = join(folder, 'config.yml');
  // YAML reads JSON.
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'images') } },
      http: { addr: '127.0.0.1:0', secret: randomBytes(16).toString('hex') },
      auth: { htpasswd: { realm: 'regcred', path: passwords } },
    }),
  );
  const registry = await start('docker-registry', ['serve', config], /listening on 127\.0\.0\.1:(\d+)/);
  const images = join(folder, 'images/docker/registry/v2/repositories');
  return {
    host: `localhost:${registry.said[1]}`,
    holds: async () => {
      const files = await readdir(images, { recursive: true }).catch(() => []);
      const inside = (part: string) => files.filter((file) => file.endsWith(part));
      return {
        repositories: inside('/_layers').map((file) => file.slice(0, -'/_layers'.length)),
        uploads: inside('/data').filter((file) => file.includes('/_uploads/')).length,
      };
    },
    stop: async () => {
      await registry.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Copies an image, signed in with what the docker `config.json` says. Rejects with what skopeo wrote. */
export async function copyImage(from: string, to: string, authfile: string): Promise<void> {
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  await run('skopeo', ['--insecure-policy', 'copy', ...plain, '--authfile', authfile, from, to]);
}
