using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Matrices.Emission;

/// <summary>Certificates of authorities that pods are to trust.</summary>
public static class Authorities
{
    private const int Longest = 1 << 19; // bytes; a ConfigMap holds twice that, and the matrix's files are in it too

    /// <param name="path">A file in PEM; what is no certificate in it, a key above all, is left behind.</param>
    /// <returns>The certificates alone, in PEM.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixAuthoritiesUnreadable"/>; the file cannot be read.</exception>
    public static string Read(string path)
    {
        string text = Encoding.Latin1.GetString(RegularFile.ReadSmall(path, Longest, length => Refused(path, $"{length} bytes", null)));
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
            return certificates.Count > 0 ? certificates.ExportCertificatePems() + "\n" : throw Refused(path, "no certificate", null);
        }
        catch (CryptographicException wrong)
        {
            throw Refused(path, wrong.Message, wrong);
        }
        finally
        {
            foreach (X509Certificate2 certificate in certificates)
                certificate.Dispose();
        }
    }

    private static NodeForgeException Refused(string path, string got, Exception? cause) =>
        new(
            new Diagnostic(ErrorCodes.MatrixAuthoritiesUnreadable, "the file has no certificates that pods could trust")
            {
                Where = new(path),
                Got = got,
                Want = "certificates of authorities in PEM, 512 KiB at most",
                Hint = ErrorCodes.MatrixAuthoritiesUnreadable.Remedy,
            },
            cause
        );
}
