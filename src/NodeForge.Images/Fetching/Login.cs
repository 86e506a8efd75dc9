using System.Net.Http.Headers;
using System.Text;

namespace NodeForge.Images.Fetching;

/// <summary>The user and the password of an address: a mirror's, as apt's sources have them.</summary>
internal static class Login
{
    /// <summary>What a server is shown for them (RFC 7617); null for an address without.</summary>
    public static AuthenticationHeaderValue? Of(Uri address)
    {
        if (address.UserInfo.Length == 0)
            return null;
        string[] parts = address.UserInfo.Split(':', 2);
        string login = $"{Uri.UnescapeDataString(parts[0])}:{(parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty)}";
        return new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
    }
}
