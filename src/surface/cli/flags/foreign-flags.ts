/**
 * Flags that kaniko and `buildah build`, so `podman build` too, have under names of their own: by name, with or without dashes as on their command line, what to do
 * here instead. Names that `ossb build` has as well are not among them.
 */
export const foreignFlags: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...withoutCounterpart(),
    // kaniko
    destination: 'For --destination NAME of kaniko write -t NAME --push.',
    d: 'For -d NAME of kaniko write -t NAME --push.',
    context: 'For --context FOLDER of kaniko give the folder as the last argument.',
    'context-sub-path': 'Give the folder below the context as the last argument, or write URL#REF:FOLDER.',
    bucket: 'Contexts from buckets are not supported: fetch the archive first, and give it on standard input with `-`.',
    dockerfile: 'For --dockerfile FILE of kaniko write -f FILE.',
    'custom-platform': 'For --custom-platform of kaniko write --platform.',
    customPlatform: 'For --customPlatform of kaniko write --platform.',
    'no-push': 'Leave it out: without --push nothing is pushed.',
    'tar-path': 'For --tar-path FILE of kaniko write -o type=docker,dest=FILE.',
    tarPath: 'For --tarPath FILE of kaniko write -o type=docker,dest=FILE.',
    'oci-layout-path': 'For --oci-layout-path FOLDER of kaniko write -o type=oci,tar=false,dest=FOLDER.',
    'digest-file': 'For --digest-file FILE of kaniko write --iidfile FILE.',
    'image-name-with-digest-file': 'Write --metadata-file FILE, which has the names and the digest as JSON.',
    'image-name-tag-with-digest-file': 'Write --metadata-file FILE, which has the names and the digest as JSON.',
    insecure: insecure('--insecure'),
    'insecure-pull': insecure('--insecure-pull'),
    'skip-tls-verify': insecure('--skip-tls-verify'),
    'skip-tls-verify-pull': insecure('--skip-tls-verify-pull'),
    'skip-tls-verify-registry': 'For --skip-tls-verify-registry HOST of kaniko write --insecure-registry HOST.',
    'registry-certificate': 'Put the certificate into /etc/docker/certs.d/HOST/ca.crt.',
    'registry-client-cert': 'Put certificate and key into /etc/docker/certs.d/HOST/client.cert and client.key.',
    'registry-map': 'For --registry-map HOST=MIRROR of kaniko write --registry-mirror HOST=MIRROR.',
    'skip-default-registry-fallback': 'A mirror is tried first, and the registry itself after it; that cannot be switched off.',
    reproducible: 'For --reproducible of kaniko set SOURCE_DATE_EPOCH, for instance with --build-arg SOURCE_DATE_EPOCH=0.',
    cache: 'Leave it out: steps are cached in the store (--root). --no-cache runs all of them anew.',
    'cache-dir': 'For --cache-dir FOLDER of kaniko write --root FOLDER: cache and base images are there.',
    'cache-repo': 'The cache is in the store: keep that folder (--root) between builds.',
    'cache-ttl': "The cache is kept until 'ossb prune' removes it: ossb prune --filter until=24h.",
    'cache-copy-layers': 'Leave it out: all steps are cached.',
    'cache-run-layers': 'Leave it out: all steps are cached.',
    'no-push-cache': 'Leave it out: the cache is not pushed.',
    'compressed-caching': 'Leave it out: cached layers are not compressed.',
    cleanup: 'Leave it out: nothing is left behind.',
    force: 'Leave it out: ossb builds inside and outside of containers.',
    git: 'Write branch and folder into the URL: https://HOST/REPO.git#BRANCH:FOLDER.',
    'single-snapshot': 'Layers are not squashed; leave it out.',
    'snapshot-mode': snapshots('--snapshot-mode'),
    snapshotMode: snapshots('--snapshotMode'),
    'use-new-run': snapshots('--use-new-run'),
    'ignore-path': 'To leave something out of a layer, remove it in the RUN that makes it.',
    'ignore-var-run': 'Leave it out: /var/run is taken as the steps leave it.',
    'push-retry': retries('--push-retry'),
    'image-fs-extract-retry': retries('--image-fs-extract-retry'),
    'image-download-retry': retries('--image-download-retry'),
    'kaniko-dir': 'For --kaniko-dir FOLDER of kaniko write --root FOLDER.',
    verbosity: 'Choose with --progress what is shown; --debug shows causes of errors.',
    'log-format': 'For --log-format json of kaniko write --progress rawjson.',
    'log-timestamp': 'Each line of a step has its time with --progress plain.',
    // buildah, podman
    'tls-verify': 'For --tls-verify=false of buildah write --insecure-registry HOST.',
    layers: 'Leave it out: all steps are cached as layers.',
    format: 'For --format docker of buildah write -o type=image,oci-mediatypes=false; OCI is the default.',
    authfile: 'For --authfile FILE of buildah put it into a folder as config.json, and name that folder in DOCKER_CONFIG.',
    creds: "Log in with 'docker login' or 'podman login', or put the credentials into $DOCKER_CONFIG/config.json.",
    'cert-dir': 'Put the certificates into /etc/docker/certs.d/HOST.',
    manifest: 'For --manifest NAME of buildah write -t NAME: several --platform make one image with all of them.',
    'all-platforms': 'Name the platforms: --platform linux/amd64,linux/arm64.',
    arch: 'For --arch ARCH of buildah write --platform linux/ARCH.',
    os: 'For --os OS of buildah write --platform OS/ARCH.',
    variant: 'For --variant of buildah write --platform OS/ARCH/VARIANT.',
    ignorefile: 'Name the file NAME.dockerignore beside the Dockerfile NAME, or .dockerignore in the context.',
    'build-arg-file': 'Write each argument as --build-arg NAME=VALUE.',
    from: 'Write the base as an ARG before FROM and set it with --build-arg, or replace it with --build-context NAME=docker-image://OTHER.',
    timestamp: 'For --timestamp SECONDS of buildah write --build-arg SOURCE_DATE_EPOCH=SECONDS.',
    'source-date-epoch': 'For --source-date-epoch SECONDS of buildah write --build-arg SOURCE_DATE_EPOCH=SECONDS.',
    'rewrite-timestamp': 'SOURCE_DATE_EPOCH limits the times of files by itself.',
    jobs: 'Leave it out: what does not depend on each other runs at once.',
    'skip-unused-stages': 'Leave it out: stages that the target does not need are not built.',
    'pull-always': 'For --pull-always of buildah write --pull.',
    'pull-never': 'Base images that are known are not asked for again unless --pull is given.',
    'disable-compression': 'For --disable-compression of buildah write -o type=image,compression=uncompressed.',
    volume: 'For --volume of buildah write RUN --mount=type=bind or type=cache, with --build-context NAME=FOLDER for folders of this machine.',
    v: 'For -v FOLDER:TARGET of buildah write RUN --mount=type=bind and --build-context NAME=FOLDER; -v LEVEL of kaniko is --progress here.',
    device: 'For --device of buildah write RUN --device in the Dockerfile, and --allow device.',
    'cap-add': 'Write RUN --security=insecure in the Dockerfile, and --allow security.insecure.',
    'cap-drop': 'The capabilities of steps are fixed; leave it out.',
    env: 'Write ENV in the Dockerfile.',
    unsetenv: 'Write ENV NAME= in the Dockerfile; a variable of the base cannot be taken away.',
    unsetlabel: 'Write --label NAME= to empty a label of the base.',
    dns: 'Steps have the DNS servers of this machine (/etc/resolv.conf).',
    'dns-option': 'Steps have the DNS servers of this machine (/etc/resolv.conf).',
    'dns-search': 'Steps have the DNS servers of this machine (/etc/resolv.conf).',
    'http-proxy': 'Pass proxies with --build-arg HTTP_PROXY=URL; they stay out of the image.',
    'sign-by': 'Images are not signed by this version; sign the digest of --iidfile with another tool.',
    'decryption-key': 'Encrypted images are not supported.',
    runtime: 'Steps are run by crun, else runc, as found on PATH.',
    userns: 'An ordinary user has a user namespace by itself; ossb doctor shows it.',
    retry: retries('--retry'),
    'retry-delay': retries('--retry-delay'),
    logfile: 'Redirect standard error: ossb build --progress plain ... 2>FILE.',
  }),
);

/** Those of buildah and podman that few use, and that nothing here does the same as. */
function withoutCounterpart(): Record<string, string> {
  const names =
    'cgroupns compat-volumes cpp-flag created-annotation cw group-add hooks-dir identity-label inherit-annotations inherit-labels ipc layer-label logsplit ' +
    'no-hostname no-hosts omit-history os-feature os-version pid runtime-flag sbom-image-output sbom-image-purl-output sbom-merge-strategy sbom-output ' +
    'sbom-purl-output sbom-scanner-command sbom-scanner-image squash-all stdin unsetannotation userns-gid-map userns-gid-map-group userns-uid-map ' +
    'userns-uid-map-user uts';
  return Object.fromEntries(names.split(' ').map((name) => [name, `--${name} of buildah has no counterpart here: leave it out.`]));
}

function insecure(flag: string): string {
  return `For ${flag} of kaniko write --insecure-registry HOST.`;
}

function snapshots(flag: string): string {
  return `Leave ${flag} out: what a step changed is known without snapshots.`;
}

function retries(flag: string): string {
  return `Leave ${flag} out: what may pass by itself is tried again; exit code 75 says that trying later can help.`;
}
