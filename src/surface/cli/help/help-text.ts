/** The help of a command, or of the program where the name is none. At most 45 lines of 100 columns, which a test holds. */
export function helpText(command: string | undefined): string {
  return texts.get(command ?? '') ?? overview;
}

const overview = `Usage:  ossb COMMAND [FLAGS]

Builds container images from Dockerfiles: no daemon, no root needed, one command.

Commands:
  build     Build an image; takes the flags of docker build
  check     Check Dockerfiles without building them
  images    List the images of the store
  du        Show what the store holds
  prune     Remove what is no longer needed from the store
  doctor    Show what this machine allows, and what would allow more
  help      Show the help of a command: ossb help build
  version   Show the version (also --version)

Examples:
  ossb build -t registry.example.com/team/app:1.0 --push .
  ossb build --platform linux/amd64,linux/arm64 -t registry.example.com/team/app:1.0 --push .
  ossb build -o type=oci,dest=app.tar https://github.com/owner/repo.git#main
  ossb check --format sarif . > dockerfiles.sarif

Environment:
  OSSB_ROOT             Store folder (default ~/.local/share/ossb; for root /var/lib/ossb)
  SOURCE_DATE_EPOCH     Time of the image and of what is written, for the same bytes each time
  BUILDKIT_PROGRESS     Default of --progress
  DOCKER_CONFIG         Folder of docker's config.json, whose logins are used

Exit codes:  0 done   1 failed   2 wrong usage   75 try again later   130 stopped by Ctrl-C
`;

const build = `Usage:  ossb build [FLAGS] PATH | URL | -

Builds an image from a Dockerfile. '-' reads a Dockerfile or a tar from standard input.

  -t, --tag NAME[:TAG]           Name the image (repeatable). Without --push it stays in the store
  -f, --file FILE                Dockerfile (default PATH/Dockerfile); '-' is standard input
      --target STAGE             Build this stage
      --build-arg NAME[=VALUE]   Set an ARG; without a value it comes from the environment
      --build-context NAME=SRC   Folder, docker-image://REF, oci-layout://DIR:TAG or URL by a name
      --secret id=ID[,src=FILE|,env=VAR]   Secret for RUN --mount=type=secret
      --ssh default|ID[=SOCKET|KEY,...]    SSH agent or keys for RUN --mount=type=ssh
      --platform OS/ARCH,...     Build for these platforms
      --push                     Push to the registry named by -t
      --load                     Load into the local Docker
  -o, --output DIR|-|type=TYPE,KEY=VALUE   Write an image, oci, docker, local, tar; or cacheonly
      --label KEY=VALUE          Label of the image
      --annotation [LEVEL:]KEY=VALUE       Annotation; LEVEL is manifest, index, ...
      --no-cache                 Run every step anew; --no-cache-filter STAGE,... for some stages
      --pull                     Ask the registry for base images even where they are known
      --network default|host|none          Network of RUN steps
      --add-host HOST:IP         Entry of /etc/hosts in RUN steps
      --shm-size SIZE            Size of /dev/shm in RUN steps, for instance 128m
      --cache-namespace NAME     Keep cache mounts apart from those of other projects
      --allow ENTITLEMENT        network.host, security.insecure, device[=NAME]
      --registry-mirror HOST=MIRROR        Ask the mirror first; --insecure-registry HOST for HTTP
      --check, --call METHOD     Only check, or tell outline or targets; METHOD,format=json for JSON
      --progress MODE            auto, plain, tty, rawjson, quiet, none
  -q, --quiet                    Print only the digest
      --iidfile FILE, --metadata-file FILE   Write the digest; write what was built, as JSON
      --root DIR                 Store folder (default $OSSB_ROOT)
  -D, --debug                    Show warnings in full, and causes of errors

Examples:
  ossb build -t registry.example.com/app:1.0 --push .
  ossb build --secret id=token,src=token.txt --build-arg VERSION=1.0 -t app .
  ossb build -f docker/web.Dockerfile --target test -o type=cacheonly .
  ossb build -o type=oci,dest=app.tar --platform linux/arm64 .
`;

const check = `Usage:  ossb check [FLAGS] [PATH...]

Checks Dockerfiles without building them. A folder is searched for files named Dockerfile,
Containerfile, *.Dockerfile, Dockerfile.* (default: this folder). '-' is standard input.

      --format text|json|sarif   How to print what was found (default text)
      --fail-on error|warning|never   What gives exit code 1 (default warning, as docker)
      --skip RULE,...            Rules that are not checked
      --build-arg NAME=VALUE     Value of an ARG, where rules depend on it
  -q, --quiet                    Print nothing, only give the exit code

Exit codes:  0 nothing found   1 warnings or faults   2 wrong usage

Examples:
  ossb check
  ossb check --format sarif services/ > dockerfiles.sarif
  ossb check --fail-on error --skip JSONArgsRecommended Dockerfile
`;

const images = `Usage:  ossb images [FLAGS] [REPOSITORY[:TAG]]

Lists the images of the store, newest first.

      --digests          Show whole digests
      --format FORMAT    table, json (one object a line), or fields: '{{.Repository}}:{{.Tag}}'
      --no-trunc         Show whole IDs
  -q, --quiet            Show only IDs
  -a, --all              Taken without effect: there are no hidden images
      --root DIR         Store folder (default $OSSB_ROOT)

Examples:
  ossb images
  ossb images --format '{{.Repository}}@{{.Digest}}' registry.example.com/app
`;

const du = `Usage:  ossb du [FLAGS]

Shows what the store holds and how much of it prune could remove.

      --verbose          Every record, not only sums
      --format FORMAT    table or json
      --root DIR         Store folder (default $OSSB_ROOT)

Examples:
  ossb du
  ossb du --verbose --root /ci/store
`;

const prune = `Usage:  ossb prune [FLAGS]

Removes build cache that neither an image of the store nor a running build needs.

  -a, --all                    Remove the images of the store too
      --filter KEY=VALUE       until=24h or until=2026-01-31T00:00:00Z: not used since then
                               type=image|layer|blob|cache-mount|source|cache-record|temporary
      --max-used-space SIZE    Remove what was not used longest until the store is this small
      --min-free-space SIZE    ... until the disk has this much free
      --reserved-space SIZE    Leave this much of the store in any case (also --keep-storage)
  -f, --force                  Do not ask
      --verbose                List what was removed
      --root DIR               Store folder (default $OSSB_ROOT)

Examples:
  ossb prune --force --filter until=168h
  ossb prune --force --max-used-space 20GB
`;

const doctor = `Usage:  ossb doctor [FLAGS]

Shows what this machine allows: how RUN steps are executed, which programs were found, and what
would raise the level or the speed. Exit code 1 where RUN steps cannot be executed.

      --json             Print it as JSON
      --root DIR         Store folder (default $OSSB_ROOT)

Examples:
  ossb doctor
  ossb doctor --json | jq -r .level
`;

const texts: ReadonlyMap<string, string> = new Map([
  ['build', build],
  ['check', check],
  ['images', images],
  ['du', du],
  ['prune', prune],
  ['doctor', doctor],
]);
