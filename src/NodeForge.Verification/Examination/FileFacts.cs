using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Verification.Examination;

/// <summary>What is remembered of a file's content after it came by: never more than a little of a large one.</summary>
internal sealed record FileFacts : LayerContent
{
    /// <summary>The whole content of a small file that a check wants to read; null for every other.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>The content's digest, where something is held against it.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The header of an ELF file; null for what is none.</summary>
    public ElfHeader? Elf { get; init; }

    /// <summary>The program that a script names in its first line; null for what is no script.</summary>
    public string? Interpreter { get; init; }

    /// <summary>What a program of Go says of itself.</summary>
    public GoProgram? Go { get; init; }

    /// <summary>The images of an archive that is imported at boot.</summary>
    public ArchivedImages? Archive { get; init; }

    public bool IsPrivateKey { get; init; }

    /// <exception cref="NotSupportedException">The content was not kept.</exception>
    public override Stream Open() =>
        Bytes is { } kept
            ? new MemoryStream(kept.ToArray(), writable: false)
            : throw new NotSupportedException("The file's content came by once and was not kept.");
}
