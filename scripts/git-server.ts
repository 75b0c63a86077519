// Serves examples/private-module/ledger as a private git repository over SSH on loopback, until interrupted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGitServer } from './local/git-server.ts';

const example = join(import.meta.dirname, '../examples/private-module');
const folder = mkdtempSync(join(tmpdir(), 'ossb-git-server-'));
const server = await startGitServer(folder, { 'platform/ledger.git': join(example, 'ledger') });
console.log(`Serving ${server.url}platform/ledger.git. Build with:`);
console.log(`  echo '${server.knownHost.trim()}' > examples/private-module/known_hosts`);
console.log(
  `  bin/ossb build --network host --build-arg GIT_URL=${server.url} --secret id=ssh_key,src=${server.deployKey} -t statement examples/private-module`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().finally(() => rmSync(folder, { recursive: true, force: true })));
}
