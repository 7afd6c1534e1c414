/** Secrets made for one run: none is in the repository, and each can be recognised where it may not be. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const made = new Set<string>();

/** A new password or token. The guard of every test looks for it in what the server sends. */
export function secret(prefix = 'canary'): string {
  const value = `${prefix}-${randomBytes(12).toString('hex')}`;
  made.add(value);
  return value;
}

/** The secrets in the text, as they are or the way addresses and forms write them. */
export function secretsIn(text: string): string[] {
  return [...made].filter((value) =>
    [value, encodeURIComponent(value), Buffer.from(value).toString('base64')].some((form) => text.includes(form)),
  );
}

export type KeyFile = Record<string, string>;

/** What Google would give for a service account: a key file with a new RSA key. */
export function keyFile(): KeyFile {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = randomBytes(20).toString('hex');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  made.add(pem.split('\n')[3]!);
  return {
    type: 'service_account',
    project_id: 'acme-images',
    private_key_id: id,
    private_key: pem,
    client_email: 'ci@acme-images.iam.gserviceaccount.com',
    client_id: '100000000000000000001',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
  };
}

/** A name that no other test uses. */
export function unique(word: string): string {
  return `${word}-${randomBytes(4).toString('hex')}`;
}
