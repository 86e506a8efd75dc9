namespace NodeForge.Oci.Tar;

/// <summary>Tells what is wrong with an archive: its name, the number of the entry, the byte where its header begins, its name.</summary>
internal sealed class TarFaults(string archive)
{
    public int Entry { get; set; }

    public long HeaderOffset { get; set; }

    public string? EntryName { get; set; }

    public NodeForgeException Fault(ErrorCode code, string what, string? got = null, string? want = null, Exception? inner = null) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(
                    archive,
                    Detail: FormattableString.Invariant($"entry {Entry} at byte {HeaderOffset}")
                        + (EntryName is null ? "" : $", '{EntryName}'")
                ),
                Got = got,
                Want = want,
                Hint =
                    code == ErrorCodes.ArchiveTruncated
                        ? "get the archive again"
                        : "do not trust the archive; get it again or have it remade",
            },
            inner
        );

    public NodeForgeException Truncated(long there, long wanted, string what) =>
        Fault(
            ErrorCodes.ArchiveTruncated,
            FormattableString.Invariant($"the archive is truncated at byte {there} of at least {wanted}, in {what} of entry {Entry}")
        );
}
