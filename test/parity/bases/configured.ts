/** Configs of bases, beside Env and Cmd, from which the checks learn something; each is `configured/NAME`, with the files of the tidy base. */
export const baseConfigs = {
  shell: { Shell: ['/bin/sh', '-ec'] },
  triggers: {
    OnBuild: [
      'CMD run it',
      'ENTRYPOINT start it',
      'ENV PASSWORD=1',
      'ENV k v',
      'WORKDIR relative',
      'EXPOSE 80/TCP',
      'copy hello.txt /tmp/',
      'COPY a.log /tmp/',
      'USER $UNDEFINED',
      'ARG GIVEN=1',
    ],
  },
  'shell-by-trigger': { OnBuild: ['SHELL ["/bin/sh", "-ec"]', 'WORKDIR /absolute'] },
  environment: { Env: ['PATH=/bin', 'OF_BASE=1'], WorkingDir: '/of/base' },
} as const;
