using System.Buffers.Binary;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Programs that take rights which their caller has not are those that Debian ships so, and no others.</summary>
internal sealed class SpecialRightsCheck : ImageCheck
{
    private const int SetUser = 0x800; // 04000
    private const int SetGroup = 0x400; // 02000
    private const string Capability = "security.capability";

    // bookworm's and trixie's packages (dpkg-statoverride and modes in data.tar): login, passwd, mount, util-linux, dbus, openssh-client,
    // libpam-modules-bin, fuse3, nfs-common, cron, sudo.
    private static readonly HashSet<string> Listed = new(StringComparer.Ordinal)
    {
        "usr/bin/chage",
        "usr/bin/chfn",
        "usr/bin/chsh",
        "usr/bin/crontab",
        "usr/bin/expiry",
        "usr/bin/fusermount3",
        "usr/bin/gpasswd",
        "usr/bin/mount",
        "usr/bin/newgrp",
        "usr/bin/passwd",
        "usr/bin/ssh-agent",
        "usr/bin/su",
        "usr/bin/sudo",
        "usr/bin/umount",
        "usr/bin/wall",
        "usr/bin/write.ul",
        "usr/bin/bsd-write",
        "usr/lib/dbus-1.0/dbus-daemon-launch-helper",
        "usr/lib/openssh/ssh-keysign",
        "usr/sbin/mount.nfs",
        "usr/sbin/unix_chkpwd",
        "usr/sbin/unix_update",
    };

    // iputils-ping and its like ask for one capability where setuid would give all.
    private static readonly HashSet<string> ListedCapabilities = new(StringComparer.Ordinal)
    {
        "usr/bin/ping",
        "usr/bin/arping",
        "usr/bin/clockdiff",
        "usr/lib/x86_64-linux-gnu/gstreamer1.0/gstreamer-1.0/gst-ptp-helper",
    };

    public override string Group => "rights";

    public override string Name => "setuid and capabilities";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        int special = 0;
        foreach (RootfsEntry entry in image.Entries)
        {
            TarEntry header = entry.Header;
            if (header.Kind is not (TarEntryKind.File or TarEntryKind.HardLink) || NodeFiles.IsOfPreloaded(header.Path))
                continue;
            // Before the merge of /usr some layers have them under the old names.
            string path =
                header.Path.StartsWith("bin/", StringComparison.Ordinal) || header.Path.StartsWith("sbin/", StringComparison.Ordinal)
                    ? "usr/" + header.Path
                    : header.Path;
            if ((header.Mode & (SetUser | SetGroup)) != 0)
            {
                special++;
                if (!Listed.Contains(path))
                    findings.Add(
                        new(
                            ErrorCodes.SetuidUnlisted,
                            $"'{Path.GetFileName(path)}' takes the rights of its {((header.Mode & SetUser) != 0 ? "owner" : "group")}"
                        )
                        {
                            Where = image.Where(entry),
                            Got = $"mode {Convert.ToString(header.Mode, 8)}, owner {header.Uid}:{header.Gid}",
                        }
                    );
            }

            if (header.ExtendedAttributes.TryGetValue(Capability, out byte[]? value))
            {
                special++;
                if (!ListedCapabilities.Contains(path))
                    findings.Add(
                        new(ErrorCodes.CapabilityUnlisted, $"'{Path.GetFileName(path)}' carries capabilities")
                        {
                            Where = image.Where(entry),
                            Got = Permitted(value),
                        }
                    );
            }
        }

        findings.Summary = $"{special} programs with rights of their own, held against Debian's";
    }

    // linux/capability.h: a magic with the revision, then pairs of permitted and inheritable.
    private static string Permitted(byte[] value)
    {
        if (value.Length < 12)
            return Convert.ToHexStringLower(value);
        ulong permitted = BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(4));
        if (value.Length >= 20)
            permitted |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(12)) << 32;
        return $"permitted 0x{permitted:x}";
    }
}
