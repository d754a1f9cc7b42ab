/** Milliseconds that this process has computed so far: what others do on the machine meanwhile does not count. */
export const cpuMilliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
