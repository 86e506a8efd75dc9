namespace NodeForge.Images.Locking;

/// <summary>What a file's publisher says that it hashes to.</summary>
/// <param name="Address">Of the checksum file.</param>
/// <param name="Hash">SHA-256 or SHA-512, lower-case hexadecimal.</param>
internal sealed record PublishedHash(string Address, string Hash);
