// Serves stand-ins for the base images that the examples and tests are built on, for machines without access to Docker Hub.
// usage: scripts/bases [PORT]     makes them where there are none, serves until interrupted
//        scripts/bases --make     makes them only
import { ensureBases, startBases } from './local/bases.ts';

const argument = process.argv[2];
if (argument === '--make') {
  console.log(await ensureBases(console.log));
} else {
  const registry = await startBases(console.log, Number(argument ?? 0));
  console.log(`Bases: build with --registry-mirror docker.io=${registry.address}   (end with Ctrl-C)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void registry.close());
}
