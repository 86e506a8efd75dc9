using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Oci;

namespace NodeForge.Images;

/// <summary>Names an action by everything that decides its result.</summary>
public static class ActionKey
{
    /// <summary>The key under which a source lies beside finished work: its digest decides it.</summary>
    public static Digest OfSource(Digest source) => Of("source/1", source.Hex);

    /// <param name="action">The action and the version of its format, <c>rootfs/1</c>: raise it when the same inputs shall give other
    /// bits.</param>
    /// <param name="inputs">In a fixed order; each is told apart by its length.</param>
    public static Digest Of(string action, params IEnumerable<string> inputs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] length = new byte[sizeof(int)];
        foreach (string text in inputs.Prepend(action))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}
