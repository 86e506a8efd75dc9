namespace NodeForge.Images.Processes;

/// <summary>What an ELF header calls a processor (e_machine, System V ABI), and what OCI and Debian call it.</summary>
internal static class ElfMachines
{
    private static readonly (ushort Machine, string Oci, string Debian)[] All =
    [
        (0x03, "386", "i386"),
        (0x15, "ppc64le", "ppc64el"),
        (0x16, "s390x", "s390x"),
        (0x28, "arm", "armhf"),
        (0x28, "arm", "armel"),
        (0x3e, "amd64", "amd64"),
        (0xb7, "arm64", "arm64"),
        (0xf3, "riscv64", "riscv64"),
    ];

    public static string NameOf(ushort machine) =>
        All.FirstOrDefault(known => known.Machine == machine).Oci ?? $"ELF machine 0x{machine:x}";

    /// <returns>Null for an architecture that is not known here.</returns>
    public static ushort? OfDebian(string architecture) =>
        All.Where(known => known.Debian == architecture).Select(known => (ushort?)known.Machine).FirstOrDefault();
}
