using System.Globalization;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>The capabilities that processes of this machine can have at most (capabilities(7)).</summary>
/// <param name="Bits">A bit for each that can be had.</param>
/// <param name="Last">The number of the kernel's last one.</param>
internal sealed record BoundingSet(ulong Bits, int Last)
{
    // linux/capability.h, by number.
    private static readonly string[] Names =
    [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ];

    /// <summary>What the kernel has and nobody here can.</summary>
    public IReadOnlyList<string> Withheld => [.. Enumerable.Range(0, Last + 1).Where(number => (Bits >> number & 1) == 0).Select(Name)];

    public static BoundingSet? Read(string root)
    {
        const string key = "CapBnd:";
        string? line = HostFile.Lines(root, "proc/self/status")?.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return
            line is not null
            && ulong.TryParse(line[key.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits)
            && HostFile.Number(root, "proc/sys/kernel/cap_last_cap") is { } last and >= 0 and < 64
            ? new(bits, (int)last)
            : null;
    }

    private static string Name(int number) =>
        "CAP_" + (number < Names.Length ? Names[number] : number.ToString(CultureInfo.InvariantCulture));
}
