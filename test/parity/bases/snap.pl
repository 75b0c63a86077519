# Writes what a step sees to /snap/NAME: one line a fact, "KIND KEY<tab>VALUE". No module is used, so that Perl needs no library of its own.
# usage: snap.pl NUMBER-OF-LLISTXATTR NUMBER-OF-LGETXATTR NAME
my ($llistxattr, $lgetxattr, $name) = @ARGV;
my (@lines, %first);

my %mounted;
open(my $mounts, '<', '/proc/self/mountinfo');
while (<$mounts>) {
  my @fields = split /[ \n]/;
  my ($point, $options) = @fields[4, 5];
  $mounted{$point} = 1;
  # A mount is read-only by itself or by its filesystem: both mean the same to a step.
  $options =~ s/^rw/ro/ if $fields[-1] =~ /^ro(,|$)/;
  push @lines, "mount $point\t$options" unless $point =~ m{^/(proc|sys|dev|etc/(hosts|resolv\.conf|hostname))?(/|$)};
}
my (undef, @groups) = split / /, $);
push @lines, "step id\t$>:" . (split / /, $))[0] . ' groups ' . join(',', sort { $a <=> $b } @groups);
push @lines, "step umask\t" . sprintf('%04o', umask);
push @lines, "step cwd\t" . readlink('/proc/self/cwd');
push @lines, "env $_\t" . quoted($ENV{$_}) for grep { $_ ne '_' && $_ ne 'SHLVL' && $_ ne 'OLDPWD' } keys %ENV;
walk('/');

open(my $out, '>', "/snap/$name") or die "snap: cannot write /snap/$name: $!\n";
print $out "#snap\n", map { "$_\n" } sort @lines;
close $out;

sub walk {
  my ($path) = @_;
  return if $path =~ m{^/(snap|snap\.tools|proc/.*|sys/.*|dev/(pts|shm|mqueue|fd|console|core).*)$};
  my @stat = lstat $path;
  my $shown = quoted($path);
  if (!@stat) { push @lines, "path $shown\tunreachable"; return }
  my $type = -l _ ? 'link' : -d _ ? 'dir' : -f _ ? 'file' : -p _ ? 'fifo' : -b _ ? 'block' : -c _ ? 'char' : 'socket';
  my @facts = ($type, sprintf('%o', $stat[2] & 07777), "$stat[4]:$stat[5]");
  # What the runtime mounts over a file of the network is its own affair.
  if ($mounted{$path} && $path =~ m{^/(etc|proc|sys|dev)}) { push @lines, "path $shown\t@facts"; descend($path) if $type eq 'dir'; return }
  push @facts, "mtime=$stat[9]";
  push @facts, 'to=' . quoted(readlink $path) if $type eq 'link';
  push @facts, "device=$stat[6]" if $type eq 'char' || $type eq 'block';
  if ($type eq 'file') {
    push @facts, "size=$stat[7]", content($path);
    my $id = "$stat[0]:$stat[1]";
    # A name in another state, which BuildKit may share, is none that a step sees.
    push @facts, "same=$first{$id}" if $stat[3] > 1 && $first{$id};
    $first{$id} ||= $shown;
  }
  push @facts, xattrs($path);
  push @lines, "path $shown\t@facts";
  descend($path) if $type eq 'dir';
}

sub descend {
  my ($path) = @_;
  my $folder;
  if (!opendir($folder, $path)) { push @lines, 'path ' . quoted($path) . "/*\tunreadable"; return }
  my @names = sort grep { $_ ne '.' && $_ ne '..' } readdir $folder;
  closedir $folder;
  walk($path eq '/' ? "/$_" : "$path/$_") for @names;
}

# Short files as they are, longer ones by three sums.
sub content {
  my ($path) = @_;
  return () if -s _ > 1_000_000;
  open(my $file, '<', $path) or return 'unreadable';
  local $/;
  my $bytes = <$file>;
  return 'text=' . quoted($bytes) if length $bytes <= 80;
  return 'sums=' . join('.', unpack('%32C*', $bytes), unpack('%32n*', $bytes), unpack('%32N*', substr($bytes, 1)));
}

sub xattrs {
  my ($path) = @_;
  my $list = "\0" x 4096;
  my $length = syscall($llistxattr, $path, $list, 4096);
  return () if $length <= 0;
  return map { "$_=" . xattr($path, $_) } grep { $_ ne 'security.selinux' } sort split /\0/, substr($list, 0, $length);
}

sub xattr {
  my ($path, $name) = @_;
  my $value = "\0" x 4096;
  my $length = syscall($lgetxattr, $path, $name, $value, 4096);
  return $length < 0 ? 'unreadable' : unpack('H*', substr($value, 0, $length));
}

sub quoted {
  my ($text) = @_;
  $text =~ s/([^!-~])/sprintf('%%%02x', ord $1)/ge;
  return $text;
}
